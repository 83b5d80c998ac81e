import type { AdviceTable } from './error-advice.js';

/** By code: of people, how they join and sign in. */
export const PEOPLE_ADVICE: AdviceTable = {
  reserved_org: {
    cause: 'A script that changes or deletes all organizations, or a mistaken id: the one of zeros is that of the operators.',
    fix: 'Change its members instead: /v1/orgs/{id}/members.',
  },
  member_exists: {
    cause: 'The person is in the organization, or was invited and has not joined yet.',
    fix: 'GET the members and look for the `email`. POST …/members/{id}/invite makes a new link for somebody who has not joined.',
  },
  already_joined: {
    cause: 'The link was used, by them or by somebody who had it, or the person is a member by another way.',
    fix: 'Look at `user_id` and `member.joined` in the audit log: it says who joined, when and from where.',
  },
  not_joined: { cause: 'The link was never used.', fix: 'DELETE the member to take the invitation back.' },
  last_admin: {
    cause: 'All other administrators are disabled, removed or only invited.',
    fix: 'PATCH the `role` of another member first. An operator may go on without one.',
  },
  no_password: {
    cause: 'The account was made by a sign-in at another identity provider; its `sub` is what identifies the person.',
    fix: 'Reset the password there. To let the person in with a password here, invite the address: that makes another account.',
  },
  provider_exists: {
    cause: 'Two entries for one client would be two buttons for the same thing.',
    fix: 'PATCH the entry that there is: GET …/identity-providers.',
  },
  too_many_providers: { cause: 'Entries of trials that nobody deleted.', fix: 'Delete those that nobody uses.' },
  sign_in_refused: {
    cause: 'A wrong password, an address without account, or a person who was disabled: the answer does not tell which.',
    fix: 'Look at the address and the Caps Lock key. Operators: GET /v1/users/{id} shows the status of a person.',
  },
  sign_in_required: {
    cause: 'The session ended by time, by a password change, by its owner or because the person was disabled; or cookies are blocked.',
    fix: 'Sign in again. If that leads back here, let the browser keep cookies of this address.',
  },
  form_expired: {
    cause: 'A page that was open since before the last sign-in, a second tab, blocked cookies, or another site that sends the form.',
    fix: 'Load the page again and send the form from there.',
  },
  join_link_refused: {
    cause: 'The link was used already, a newer one was made, the invitation was taken back, or its time is over.',
    fix: 'Sign in if you have joined. Otherwise ask for a new link: POST …/members/{id}/invite.',
  },
  reset_link_refused: {
    cause: 'The link was used already, a newer one was made, a day has passed, or the person has changed the password meanwhile.',
    fix: 'Operators make a new one: POST /v1/users/{id}/password-reset.',
  },
  embedded_request: {
    cause: 'Another site loads the address as an image or frame to use up the tries of its visitors, or a script fetches it.',
    fix: 'Navigate to the address: as a link, or by a redirect of the whole page.',
  },
  provider_sign_in_failed: {
    cause:
      'The way back took longer than ten minutes, ended in another browser, was walked twice, or the other provider refused; a wrong client secret looks the same from outside.',
    fix: 'Begin again. Operators: `provider_sign_in.failed` in the log has the reason and the code of the other provider.',
  },
  provider_unavailable: {
    cause: 'Its discovery document cannot be fetched, names another issuer, or its address is not public.',
    fix: 'From a machine on the Internet, fetch /.well-known/openid-configuration of the issuer, and compare `issuer` byte for byte.',
  },
  not_a_member: {
    cause: 'No rule of the provider names the domain of the address, or the other provider does not say that it has verified it.',
    fix: 'Add a rule for the domain, or see whether the ID token has `email` and `email_verified` that is true.',
  },
};
