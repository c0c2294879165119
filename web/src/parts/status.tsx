import { Group, Text } from '@mantine/core';
import { type Status, statusInk, statusWord } from './status-words.ts';

/** A status with its sign: shape and word say it too, not the colour alone. */
export function StatusMark({
  status,
  size = 'sm',
}: {
  readonly status: Status;
  readonly size?: 'sm' | 'md';
}) {
  return (
    <Group gap={6} wrap="nowrap" component="span" display="inline-flex">
      <StatusSign status={status} />
      <Text component="span" size={size} fw={600} style={{ color: statusInk(status) }}>
        {statusWord(status)}
      </Text>
    </Group>
  );
}

/** Only the sign: a dot, a triangle, a cross, a ring. */
export function StatusSign({ status, size = 12 }: { readonly status: Status; readonly size?: number }) {
  const ink = statusInk(status);
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden="true" style={{ flexShrink: 0 }}>
      {status === 'pass' ? <circle cx="6" cy="6" r="5" fill={ink} /> : null}
      {status === 'warn' ? <path d="M6 0.8 11.6 11H0.4Z" fill={ink} /> : null}
      {status === 'fail' ? (
        <path d="M2 2l8 8M10 2l-8 8" stroke={ink} strokeWidth="3" strokeLinecap="round" />
      ) : null}
      {status === 'error' ? <path d="M6 0 12 6 6 12 0 6Z" fill={ink} /> : null}
      {status === 'not_evaluated' || status === undefined ? (
        <circle cx="6" cy="6" r="4.2" fill="none" stroke={ink} strokeWidth="1.8" />
      ) : null}
    </svg>
  );
}
