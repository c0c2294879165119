import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { Notice } from '../parts/notice.tsx';

/** For addresses that lead nowhere. */
export function NotFound() {
  return (
    <Notice title="There is no such page">
      The address may be old, or mistyped.
      <div>
        <Button component={Link} href="/" variant="light" mt="md">
          All datasets
        </Button>
      </div>
    </Notice>
  );
}
