// One file, so that the runner never has the servers of two suites up at once: each ensemble is several Java machines.
import './live/operations.ts';
import './live/tls.ts';
import './live/failures.ts';
import './live/recipes.ts';
import './live/coordination.ts';
import './live/chaos.ts';
