export { freePorts } from '../../../src/adapters/processes/free-ports.ts';
