import { Group, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { followEvents } from './follow-events.ts';
import { useLiveState } from './live-state.ts';

/** Keeps all that is shown up to date while it is part of the page. */
export function LiveUpdates() {
  const client = useQueryClient();
  useEffect(() => followEvents(client), [client]);
  return null;
}

/** A short break is nothing to speak of. */
const patienceMs = 3_000;

/** Says whether what is shown changes by itself. */
export function LiveMark() {
  const state = useLiveState();
  const [isAway, setAway] = useState(false);
  useEffect(() => {
    if (state !== 'away') return setAway(false);
    const timer = setTimeout(() => setAway(true), patienceMs);
    return () => clearTimeout(timer);
  }, [state]);
  return (
    <Group gap={6} wrap="nowrap" role="status" data-live={state}>
      <span className="live-dot" data-away={isAway || undefined} aria-hidden="true" />
      <Text size="xs" className="quiet">
        {isAway ? 'Not live: looking every 10 s' : state === 'live' ? 'Live' : 'Connecting'}
      </Text>
    </Group>
  );
}
