import { assert } from '../../base/assert.ts';
import { failure } from '../../base/errors.ts';
import { fail } from '../../base/outcome.ts';
import type { ChatDefinition } from '../../core/datasets/definition.ts';
import type { Channel, Delivery } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { postOverHttp } from './http-post.ts';
import { slackBody } from './slack-body.ts';
import { teamsBody } from './teams-body.ts';

export type ChatChannelOptions = {
  readonly clock: Clock;
  readonly secrets: Secrets;
  /** Where people find the service's page; without it messages have no link. */
  readonly publicUrl: string | undefined;
};

/** Posts messages to an incoming webhook of Slack. Errors as those of `postOverHttp`. */
export function createSlackChannel(options: ChatChannelOptions): Channel {
  return createChatChannel('slack', slackBody, options);
}

/** Posts messages to a workflow of Microsoft Teams that starts with a webhook. Errors as those of `postOverHttp`. */
export function createTeamsChannel(options: ChatChannelOptions): Channel {
  return createChatChannel('teams', teamsBody, options);
}

type BodyOf = (delivery: Pick<Delivery, 'id' | 'message'>, publicUrl: string | undefined) => unknown;

/** A missing or unfit address may be corrected where the secrets are, so that no message is given up for it. */
function createChatChannel(
  type: ChatDefinition['type'],
  bodyOf: BodyOf,
  options: ChatChannelOptions,
): Channel {
  const { clock, secrets, publicUrl } = options;
  return {
    deliver: async (delivery, wait) => {
      const { definition } = delivery;
      assert(definition?.type === type, 'a delivery to a chat carries its definition');
      const address = await secrets.resolve(definition.url);
      if (!address.ok) {
        const { message, hint } = address.error;
        return fail(
          failure('DELIVERY_FAILED', `The address of ${type} is not known`, { hint, cause: message }),
        );
      }
      const url = URL.parse(address.value);
      if (url === null || !['https:', 'http:'].includes(url.protocol)) {
        const hint = 'It must start with https://';
        return fail(failure('DELIVERY_FAILED', `The secret ${definition.url.name} is no address`, { hint }));
      }
      const headers = { 'Content-Type': 'application/json', 'User-Agent': 'assay' };
      const body = JSON.stringify(bodyOf(delivery, publicUrl));
      return await postOverHttp(url, { headers, body }, { clock, wait });
    },
  };
}
