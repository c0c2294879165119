import type { FastifyInstance } from 'fastify';
import type { Access } from '../../services/access/access.ts';
import type { Kit } from '../../services/kit.ts';
import { auditRoutes } from './audit-routes.ts';
import { keyRoutes } from './key-routes.ts';
import { memberRoutes } from './member-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { userRoutes } from './user-routes.ts';

/** Sessions, users, keys, roles and the audit; without `access` they say that it is off. */
export function accessRoutes(app: FastifyInstance, kit: Kit, access: Access | undefined): void {
  sessionRoutes(app, kit, access);
  userRoutes(app, access);
  keyRoutes(app, access);
  memberRoutes(app, access);
  auditRoutes(app, access);
}
