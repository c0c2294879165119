import type { FastifyInstance } from 'fastify';
import type { ClusterName } from '../../base/ids.ts';
import type { NodeView } from '../../services/cluster/cluster-views.ts';
import type { ClusterWatch } from '../../services/cluster/cluster-watch.ts';
import type { Rights } from '../access/rights.ts';
import { valueOf } from '../problem.ts';
import {
  clusterEventsSchema,
  clusterParams,
  clusterSchema,
  nodeParams,
  nodeSchema,
} from '../schemas/cluster-schemas.ts';
import { limitOf, limitText } from '../schemas/request-schemas.ts';
import { list, object } from '../schemas/schema-kit.ts';

type ClusterParams = { readonly cluster: ClusterName };
type NodeParams = ClusterParams & { readonly node: string };

/** The two clusters: who is there, who leads, what runs, what happened; and the drain of a node. */
export function clusterRoutes(app: FastifyInstance, clusters: ClusterWatch): void {
  addViews(app, clusters);
  addDrain(app, clusters);
}

function addViews(app: FastifyInstance, clusters: ClusterWatch): void {
  app.get(
    '/clusters',
    {
      schema: {
        summary: 'Shows both clusters with their leaders, nodes and load',
        querystring: {},
        response: { 200: object({ clusters: list(clusterSchema) }) },
      },
      config: { access: { need: 'sign_in' } },
    },
    async ({ rights }) => {
      const states = await clusters.states();
      const nodes = states.map((state) => shownNodes(state.nodes, rights));
      return { clusters: states.map((state, place) => ({ ...state, nodes: nodes[place] ?? [] })) };
    },
  );

  app.get<{ Params: ClusterParams }>(
    '/clusters/:cluster/nodes',
    {
      schema: {
        summary: 'Lists the data nodes of a cluster with their load and tasks',
        params: clusterParams,
        response: { 200: object({ nodes: list(nodeSchema) }) },
      },
      config: { access: { need: 'sign_in' } },
    },
    async ({ params, rights }) => ({
      nodes: shownNodes((await clusters.state(params.cluster)).nodes, rights),
    }),
  );

  app.get<{ Params: ClusterParams; Querystring: { limit?: string } }>(
    '/clusters/:cluster/events',
    {
      schema: {
        summary: 'Lists what happened in a cluster, newest first, as far as this process saw it',
        params: clusterParams,
        querystring: object({}, { limit: limitText }),
        response: { 200: clusterEventsSchema },
      },
      config: { access: { need: 'sign_in' } },
    },
    async ({ params, query }) => clusters.events(params.cluster, limitOf(query.limit)),
  );
}

/** What nodes do: tasks bear the names of partitions, so that only administrators see them. */
function shownNodes(nodes: readonly NodeView[], rights: Rights): readonly NodeView[] {
  return rights.seesAll() ? nodes : nodes.map((node) => ({ ...node, tasks: [] }));
}

function addDrain(app: FastifyInstance, clusters: ClusterWatch): void {
  const errors = ['NODE_NOT_FOUND', 'COORDINATION_LOST'] as const;
  const schema = { params: nodeParams, response: { 200: nodeSchema }, errors };

  app.post<{ Params: NodeParams }>(
    '/clusters/:cluster/nodes/:node/drain',
    {
      schema: { ...schema, summary: 'Gives a node no new task: what it runs ends in peace' },
      config: { access: { need: 'admin', action: 'node.drain' } },
    },
    async ({ params }) => valueOf(await clusters.setDrain(params.cluster, params.node, true)),
  );

  app.delete<{ Params: NodeParams }>(
    '/clusters/:cluster/nodes/:node/drain',
    {
      schema: { ...schema, summary: 'Lets a drained node work again' },
      config: { access: { need: 'admin', action: 'node.resume' } },
    },
    async ({ params }) => valueOf(await clusters.setDrain(params.cluster, params.node, false)),
  );
}
