import {
  BellIcon,
  BoltIcon,
  CircleStackIcon,
  Cog6ToothIcon,
  ExclamationTriangleIcon,
  MoonIcon,
  ServerStackIcon,
  ShieldCheckIcon,
  SunIcon,
} from '@heroicons/react/24/outline';
import {
  ActionIcon,
  AppShell,
  Badge,
  Burger,
  Group,
  NavLink,
  Title,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { ComponentType, ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { openIncidents } from '../api/queries.ts';
import { LiveMark } from '../live/live-updates.tsx';
import { AccountMenu } from '../session/account-menu.tsx';
import { useFocusOnNavigation } from './focus-on-navigation.ts';

type Place = {
  readonly href: string;
  readonly label: string;
  readonly icon: ComponentType<{ width: number; 'aria-hidden': boolean }>;
  readonly covers: (path: string) => boolean;
};

const places: readonly Place[] = [
  {
    href: '/',
    label: 'Datasets',
    icon: CircleStackIcon,
    covers: (path) => path === '/' || path.startsWith('/datasets'),
  },
  {
    href: '/incidents',
    label: 'Incidents',
    icon: ExclamationTriangleIcon,
    covers: (path) => path.startsWith('/incidents'),
  },
  { href: '/activity', label: 'Activity', icon: BoltIcon, covers: (path) => path.startsWith('/activity') },
  {
    href: '/cluster',
    label: 'Cluster',
    icon: ServerStackIcon,
    covers: (path) => path.startsWith('/cluster'),
  },
  {
    href: '/resilience',
    label: 'Resilience',
    icon: ShieldCheckIcon,
    covers: (path) => path.startsWith('/resilience'),
  },
  {
    href: '/notifications',
    label: 'Notifications',
    icon: BellIcon,
    covers: (path) => path.startsWith('/notifications'),
  },
  {
    href: '/settings',
    label: 'Settings',
    icon: Cog6ToothIcon,
    covers: (path) => path.startsWith('/settings'),
  },
];

/** The frame around every page: where one can go, and what is wrong right now. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const [path] = useLocation();
  useFocusOnNavigation(path);
  const incidents = useQuery(openIncidents);
  const open = incidents.data?.incidents.length ?? 0;
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding={{ base: 'sm', sm: 'lg' }}
    >
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <AppShell.Header px="md" style={{ background: 'var(--surface)' }}>
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
            <Link href="/" className="row-link" aria-label="Assay, all datasets">
              <Group gap={8} wrap="nowrap">
                <img src="/icon.svg" width={26} height={26} alt="" />
                <Title order={1} size="h4">
                  Assay
                </Title>
              </Group>
            </Link>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <SchemeButton />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" style={{ background: 'var(--surface)' }} aria-label="Pages">
        {places.map(({ href, label, icon: Icon, covers }) => (
          <NavLink
            key={href}
            component={Link}
            href={href}
            label={label}
            leftSection={<Icon width={19} aria-hidden />}
            active={covers(path)}
            aria-current={covers(path) ? 'page' : undefined}
            onClick={close}
            rightSection={
              href === '/incidents' && open > 0 ? (
                <Badge color="red" size="sm" variant="filled" aria-label={`${open} open`}>
                  {open}
                </Badge>
              ) : null
            }
            style={{ borderRadius: 8, fontWeight: 500 }}
          />
        ))}
        <div style={{ marginTop: 'auto', padding: 8 }}>
          <LiveMark />
        </div>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        {children}
      </AppShell.Main>
    </AppShell>
  );
}

function SchemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const next = scheme === 'dark' ? 'light' : 'dark';
  const Icon = scheme === 'dark' ? SunIcon : MoonIcon;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      onClick={() => setColorScheme(next)}
      aria-label={`Show in ${next} colours`}
    >
      <Icon width={20} aria-hidden />
    </ActionIcon>
  );
}
