import { Alert, List, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { DatasetDefinition } from '../../../../../src/core/datasets/definition.ts';
import { policyYaml, readPolicy } from './policy-draft.ts';

type Props = {
  readonly draft: DatasetDefinition;
  readonly onChange: (draft: DatasetDefinition) => void;
};

/** The draft as text, which says what the table has no place for: queries, segments, what is valid. */
export function PolicyText({ draft, onChange }: Props) {
  const written = policyYaml(draft);
  // What is being typed stands beside what it means: an unfinished text means nothing, and is kept all the same.
  const [typed, setTyped] = useState({ text: written, means: written });
  const text = typed.means === written ? typed.text : written;
  const read = readPolicy(text, draft);
  return (
    <>
      <Textarea
        label="Policy"
        description="The parts of a definition that say how the dataset is judged, as in its YAML file."
        value={text}
        onChange={(event) => {
          const next = event.currentTarget.value;
          const meaning = readPolicy(next, draft);
          setTyped({ text: next, means: meaning.ok ? policyYaml(meaning.value) : written });
          if (meaning.ok) onChange(meaning.value);
        }}
        autosize
        minRows={6}
        maxRows={28}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
        spellCheck={false}
      />
      {read.ok ? null : (
        <Alert color="red" role="alert" title="The draft stays as it was until this is right">
          <List size="sm">
            {read.error.slice(0, 8).map((line) => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </>
  );
}
