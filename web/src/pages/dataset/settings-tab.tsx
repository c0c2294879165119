import { Code, List, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { NotifyDefinition, QuietHours } from '../../../../src/core/datasets/definition.ts';
import type { DatasetDetailView } from '../../../../src/services/registry/registry.ts';
import { durationText } from '../../parts/words.ts';
import { DefinitionText } from './definition-text.tsx';

/** What holds for the dataset, in words: who is told and when, where it comes from, how it is cut; and its definition. */
export function SettingsTab({ dataset }: { readonly dataset: DatasetDetailView }) {
  const { owner, followers, notify, limits, publish, missingValues } = dataset.definition;
  const { private: isPrivate, maskedColumns = [] } = dataset.definition;
  return (
    <Stack gap="lg">
      <Section title="People">
        <Line label="Owner">
          <bdi>{owner}</bdi>
        </Line>
        <Line label="Who may see it">
          {isPrivate === true ? 'owners and followers alone' : 'everybody who may come in'}
        </Line>
        {maskedColumns.length === 0 ? null : (
          <Line label="Masked columns, whose values owners alone see">
            <Words all={maskedColumns} />
          </Line>
        )}
        <Line label="Followers">{followers.length === 0 ? 'nobody' : <Words all={followers} />}</Line>
      </Section>
      <Section title="Who is told">
        <List size="sm" spacing={6}>
          <List.Item>The service's log, of everything.</List.Item>
          {notify.map((channel, at) => (
            // Channels have no identity but their place.
            <List.Item key={at} className="wrap">
              <b>
                <bdi>{targetWords(channel)}</bdi>
              </b>
              , {levelWords(channel)}
              {channel.quietHours === undefined ? '' : `; ${quietWords(channel.quietHours)}`}
              {channel.repeatMs === undefined
                ? ''
                : `; what only goes on is said again after ${durationText(channel.repeatMs)} at the earliest`}
              .
            </List.Item>
          ))}
        </List>
        {notify.length === 0 ? (
          <Text size="sm" className="quiet">
            Nobody else. Name channels in the definition: <Code>{'notify: [{email: {}}]'}</Code>, then{' '}
            <Code>assay apply -f FILE</Code>.
          </Text>
        ) : null}
      </Section>
      <Section title="Data">
        <Line label="Published">
          {publish.type === 'periodic'
            ? `${publish.cron}, by the clocks of ${publish.timeZone}`
            : publish.type === 'static'
              ? 'on no schedule'
              : 'continuously'}
        </Line>
        <Line label="Rejected rows">
          up to {limits.rejectedPercentMax} % are left out; more fail the partition
        </Line>
        <Line label="Missing values">
          {missingValues.length === 0 ? (
            'null alone'
          ) : (
            <Words all={['null', ...missingValues.map((value) => JSON.stringify(value))]} />
          )}
        </Line>
      </Section>
      <Section title="Definition">
        <DefinitionText dataset={dataset} />
      </Section>
    </Stack>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Stack className="card" p="md" gap="xs">
      <Title order={3} size="h5">
        {title}
      </Title>
      {children}
    </Stack>
  );
}

function Line({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <Text size="sm" className="wrap">
      <Text component="span" size="sm" className="quiet">
        {label}:{' '}
      </Text>
      {children}
    </Text>
  );
}

/** Texts of people's making, none of which turns its neighbours around. */
function Words({ all }: { readonly all: readonly string[] }) {
  return all.map((text, at) => (
    <span key={text}>
      {at === 0 ? '' : ', '}
      <bdi>{text}</bdi>
    </span>
  ));
}

function targetWords(channel: NotifyDefinition): string {
  switch (channel.type) {
    case 'webhook':
      return `A webhook at ${channel.url}${channel.secret === undefined ? '' : ', signed'}`;
    case 'slack':
      return 'Slack';
    case 'teams':
      return 'Teams';
    case 'email':
      return `E-mail to ${channel.to === undefined ? 'the owner, then the followers' : channel.to.join(', ')}`;
  }
}

function levelWords({ type, level = type === 'webhook' ? 'pass' : 'warn' }: NotifyDefinition): string {
  const words = { pass: 'of everything', warn: 'of what warns or fails', fail: 'of what fails' };
  return words[level];
}

function quietWords({ from, to, timeZone, exceptFail }: QuietHours): string {
  const except = exceptFail ? ', unless something fails' : '';
  return `quiet from ${timeOfDay(from)} to ${timeOfDay(to)} by the clocks of ${timeZone}${except}`;
}

function timeOfDay(minutes: number): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
