import { Alert, Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core';

type Props = {
  readonly title: string;
  /** The key or link. */
  readonly secret: string;
  readonly note: string;
  readonly onDone: () => void;
};

/** A secret that is shown this once. */
export function ToldOnce({ title, secret, note, onDone }: Props) {
  return (
    <Alert color="green" role="status" title={title}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{note}</Text>
        <Code className="wrap" style={{ fontSize: 13, userSelect: 'all' }} data-secret>
          {secret}
        </Code>
        <Group gap="xs">
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Button size="xs" onClick={copy}>
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
          <Button size="xs" variant="subtle" color="gray" onClick={onDone}>
            I have kept it
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
