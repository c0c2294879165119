import { PasswordInput } from '@mantine/core';
import { limits } from '../../../../src/base/limits.ts';

type Props = {
  readonly label?: string;
  readonly value: string;
  readonly onChange: (password: string) => void;
};

/** A password that somebody chooses. */
export function NewPassword({ label = 'Password', value, onChange }: Props) {
  const least = limits.passwordCharactersMin;
  return (
    <PasswordInput
      label={label}
      description={`At least ${least} characters. A sentence is easier to keep in mind than signs.`}
      autoComplete="new-password"
      required
      minLength={least}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
    />
  );
}
