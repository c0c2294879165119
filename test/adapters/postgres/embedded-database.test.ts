import { databaseConformance } from '../../conformance/database.ts';
import { openTestDatabase } from '../../support/embedded-database.ts';

databaseConformance('embedded', () => openTestDatabase());
