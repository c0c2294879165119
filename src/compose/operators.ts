import { createSlackChannel, createTeamsChannel } from '../adapters/channels/chat-channel.ts';
import { createEmailChannel } from '../adapters/channels/email-channel.ts';
import { createWebhookChannel } from '../adapters/channels/webhook-channel.ts';
import { failure } from '../base/errors.ts';
import { fail } from '../base/outcome.ts';
import type { OperatorAddress, OperatorsConfig } from '../config/operators-config.ts';
import type { Clock } from '../ports/clock.ts';
import type { OperatorChannel } from '../ports/operator-channel.ts';
import type { Secrets } from '../ports/secrets.ts';
import { secretsOf } from './secrets.ts';

/** A channel for each address of operators, on the channels that datasets have. Messages have no link: they are about no page. */
export function operatorChannels(
  clock: Clock,
  config: { readonly operators: OperatorsConfig; readonly secretsFile: string | undefined },
): readonly OperatorChannel[] {
  const secrets = eitherPlace(secretsOf(config));
  const { addresses, mailFrom } = config.operators;
  return addresses.map((address) => channelOf(address, { clock, secrets, mailFrom, publicUrl: undefined }));
}

/** A secret by its name alone: of the environment, or else of the secrets file. */
function eitherPlace(secrets: Secrets): Secrets {
  return {
    resolve: async ({ name }) => {
      const found = await secrets.resolve({ from: 'environment', name });
      return found.ok ? found : await secrets.resolve({ from: 'file', name });
    },
  };
}

type Options = Parameters<typeof createEmailChannel>[0];

function channelOf(address: OperatorAddress, options: Options): OperatorChannel {
  if (address.type === 'email') {
    const email = createEmailChannel(options);
    const { to } = address;
    return {
      name: 'email',
      deliver: (id, message, wait) => email.deliver({ id, message, recipient: to }, wait),
    };
  }
  const url = { from: 'environment', name: address.secret } as const;
  const name = `${address.type}:${address.secret}`;
  if (address.type === 'webhook') return webhookOf(name, url, options);
  const { type } = address;
  const chat = type === 'slack' ? createSlackChannel(options) : createTeamsChannel(options);
  const definition = { type, url };
  return { name, deliver: (id, message, wait) => chat.deliver({ id, message, definition }, wait) };
}

function webhookOf(
  name: string,
  reference: { readonly from: 'environment'; readonly name: string },
  options: Options,
): OperatorChannel {
  const webhook = createWebhookChannel(options);
  return {
    name,
    deliver: async (id, message, wait) => {
      const url = await options.secrets.resolve(reference);
      if (!url.ok) {
        const { message: cause, hint } = url.error;
        return fail(failure('DELIVERY_FAILED', 'The address of a webhook is not known', { hint, cause }));
      }
      return await webhook.deliver({ id, message, definition: { type: 'webhook', url: url.value } }, wait);
    },
  };
}
