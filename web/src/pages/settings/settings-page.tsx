import { Stack, Tabs, Title } from '@mantine/core';
import { useLocation } from 'wouter';
import { useChosenTabInSight } from '../../parts/use-chosen-tab-in-sight.ts';
import { type Session, useSession } from '../../session/session.ts';
import { AccountTab } from './account-tab.tsx';
import { AuditTab } from './audit-tab.tsx';
import { GeneralTab } from './general-tab.tsx';
import { KeysTab } from './keys-tab.tsx';
import { UsersTab } from './users-tab.tsx';

const everybody = (): boolean => true;
const signedIn = ({ user }: Session): boolean => user !== undefined;
const admins = ({ user }: Session): boolean => user?.admin === true;

const tabs = [
  { value: 'general', label: 'General', Panel: GeneralTab, isFor: everybody },
  { value: 'account', label: 'Your account', Panel: AccountTab, isFor: signedIn },
  { value: 'keys', label: 'API keys', Panel: KeysTab, isFor: signedIn },
  { value: 'users', label: 'Users', Panel: UsersTab, isFor: admins },
  { value: 'audit', label: 'Audit log', Panel: AuditTab, isFor: admins },
] as const;

/** What holds for the installation, and for whoever looks at it. */
export function SettingsPage({ tab }: { readonly tab: string }) {
  const [, go] = useLocation();
  const session = useSession();
  const open = tabs.filter(({ isFor }) => isFor(session));
  const current = open.find(({ value }) => value === tab) ?? tabs[0];
  const list = useChosenTabInSight(current.value);
  return (
    <Stack gap="md">
      <title>{`${current.label} · Settings · Assay`}</title>
      <Title order={2}>Settings</Title>
      <Tabs
        value={current.value}
        onChange={(value) => go(value === 'general' || value === null ? '/settings' : `/settings/${value}`)}
        keepMounted={false}
      >
        <Tabs.List mb="md" className="tabs" ref={list}>
          {open.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {open.map(({ value, Panel }) => (
          <Tabs.Panel key={value} value={value}>
            <Panel />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}
