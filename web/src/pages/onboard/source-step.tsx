import {
  Button,
  Group,
  NativeSelect,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
  TextInput,
  UnstyledButton,
} from '@mantine/core';
import { type Draft, missingOf } from './draft.ts';
import { type ProviderField, providerForms, providerTypes } from './provider-forms.ts';

type Props = { readonly draft: Draft; readonly change: (to: Partial<Draft>) => void };

/** Where the data come from: one form for each type of provider, made of its entry in `providerForms`. */
export function SourceStep({ draft, change }: Props) {
  const form = providerForms[draft.type];
  const missing = missingOf(draft);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (missing.length === 0) change({ step: 'shape', cut: undefined });
      }}
    >
      <Stack gap="md">
        <SimpleGrid cols={{ base: 2, sm: 3 }} spacing="sm" role="group" aria-label="Where the data come from">
          {providerTypes.map((type) => (
            <UnstyledButton
              key={type}
              className="card figure"
              aria-pressed={type === draft.type}
              data-chosen={type === draft.type || undefined}
              onClick={() => change({ type })}
            >
              <Text component="span" fw={600} display="block">
                {providerForms[type].title}
              </Text>
              <Text component="span" size="xs" className="quiet">
                {providerForms[type].about}
              </Text>
            </UnstyledButton>
          ))}
        </SimpleGrid>
        <Stack className="card" p="md" gap="md">
          {form.fields.map((field) => (
            <Field
              key={`${draft.type} ${field.name}`}
              field={field}
              value={draft.fields[field.name] ?? ''}
              onChange={(value) => change({ fields: { ...draft.fields, [field.name]: value } })}
            />
          ))}
          {form.hasFolder === true ? (
            <TextInput
              label="Folder that relative paths start from"
              value={draft.folder}
              onChange={(event) => change({ folder: event.currentTarget.value })}
            />
          ) : null}
        </Stack>
        <Group>
          <Button type="submit" disabled={missing.length > 0}>
            Look at it
          </Button>
          {missing.length === 0 ? null : (
            <Text size="sm" className="quiet">
              Missing: {missing.join(', ')}
            </Text>
          )}
        </Group>
      </Stack>
    </form>
  );
}

function Field({
  field: { label, hint, placeholder, isRequired, isLong, choices },
  value,
  onChange,
}: {
  readonly field: ProviderField;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const common = {
    label,
    description: hint,
    value,
    withAsterisk: isRequired === true,
    onChange: (event: { readonly currentTarget: { readonly value: string } }) =>
      onChange(event.currentTarget.value),
  };
  if (choices !== undefined) return <NativeSelect {...common} data={['', ...choices]} maw={260} />;
  const written = { ...common, placeholder, spellCheck: false, autoComplete: 'off' };
  return isLong === true ? (
    <Textarea
      {...written}
      autosize
      minRows={2}
      maxRows={12}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
    />
  ) : (
    <TextInput {...written} required={isRequired === true} />
  );
}
