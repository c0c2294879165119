import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { LiveUpdates } from '../live/live-updates.tsx';
import { SessionGate } from '../session/session-gate.tsx';
import { Routes } from './routes.tsx';
import { Shell } from './shell.tsx';

const SignInPage = lazy(async () => ({
  default: (await import('../pages/sign-in/sign-in-page.tsx')).SignInPage,
}));
const SetupPage = lazy(async () => ({
  default: (await import('../pages/sign-in/setup-page.tsx')).SetupPage,
}));
const InvitationPage = lazy(async () => ({
  default: (await import('../pages/sign-in/invitation-page.tsx')).InvitationPage,
}));

/** What everybody may see, and the page itself behind the gate. */
export function Entrance() {
  return (
    <Suspense>
      <Switch>
        <Route path="/sign-in" component={SignInPage} />
        <Route path="/setup" component={SetupPage} />
        <Route path="/invitation" component={InvitationPage} />
        <Route>
          <SessionGate>
            <LiveUpdates />
            <Shell>
              <Routes />
            </Shell>
          </SessionGate>
        </Route>
      </Switch>
    </Suspense>
  );
}
