import type { Answer } from '../http/answer.js';
import { parseChallenges, type Challenge } from '../http/challenge.js';

type Judge = (challenge: Challenge) => string | undefined;

/** Looks at the Bearer challenge of an answer; that there is none, or that it cannot be read, is wrong in itself. */
export function bearerChallenge(judge: Judge): (answer: Answer) => string | undefined {
  return (answer) => {
    const challenge = bearerChallengeOf(answer);
    if (!challenge) return 'there is no WWW-Authenticate: Bearer';
    const [mistake] = challenge.mistakes;
    return mistake === undefined ? judge(challenge) : `the challenge is malformed: ${mistake}`;
  };
}

export function bearerChallengeOf(answer: Answer): Challenge | undefined {
  return parseChallenges(answer.headers['www-authenticate'] ?? []).find(({ scheme }) => scheme === 'bearer');
}
