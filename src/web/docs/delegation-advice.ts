import type { AdviceTable } from './error-advice.js';

/** By code: of apps that act for people. */
export const DELEGATION_ADVICE: AdviceTable = {
  app_was_reviewed: {
    cause: 'The publisher adds a redirect URI, a scope or another name to an app that people trust as it is.',
    fix: 'Ask an operator to make the change; `errors` names the fields. What takes away needs nobody.',
  },
  app_state: {
    cause:
      'A step was skipped: an app is submitted before it is approved, and reinstated before it is approved again. Or its publisher changes it while somebody looks at it.',
    fix: 'GET /v1/apps/{id} shows `state`; `detail` names the states from which the step is possible. POST /v1/apps/{id}/withdraw takes an app out of review, so that it can be changed.',
  },
  app_changed: {
    cause: 'The publisher withdrew it, changed it and submitted it again, or another operator changed it, after you had read it.',
    fix: 'GET /v1/apps/{id}, look again, and approve with its `updated_at`.',
  },
  app_describes_itself: {
    cause: 'The client_id is an https address. Its document would undo the change when it is read again.',
    fix: 'Change the document. To stop the app: POST /v1/apps/{id}/suspend, with the address percent-encoded.',
  },
  app_without_secrets: {
    cause: 'The app is public, or signs assertions with a key.',
    fix: 'Nothing to rotate. For a key send `jwks` with PATCH.',
  },
  app_request_decided: {
    cause: 'Two administrators looked at the same list.',
    fix: 'PATCH /v1/orgs/{org_id}/app-policy admits an app, or takes it off the list, whatever was decided before.',
  },
  interaction_ended: {
    cause: 'The page was left open for more than ten minutes, answered in another tab, or its address was sent to somebody else.',
    fix: 'Go back to the app and begin again: it makes a new request.',
  },
  authorization_refused: {
    cause:
      'While the person was signing in, the app lost its redirect URI, was suspended, or its API went away; or nobody has approved it, so it gets no error by redirect.',
    fix: '`detail` says what was wrong. Mend the registration of the app, and begin again there.',
  },
  nothing_allowed: {
    cause: 'Every box was cleared, or the boxes are those of another organization.',
    fix: 'Tick at least one, or refuse: the app is then told so.',
  },
};
