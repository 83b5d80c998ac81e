import { Controller, Get, Headers, Req, Res, UseGuards } from '@nestjs/common';
import { ApiForbiddenResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ClientAuthenticated } from '@countersign/guards';
import { ApiProblems } from '../../directory/administration/index.js';
import { InZone } from '../../platform/http/index.js';
import { ApiClientGuard, CallingApi, CLIENT_AUTH_PROBLEMS, type ApiClient } from '../client-auth/index.js';
import { RevocationFeedConnection } from './revocation-feed-connection.js';
import { REVOCATION_FEED_PROBLEMS } from './revocation-feed.errors.js';
import { positionOf } from './revocation-feed.policy.js';
import { RevocationFeedSnapshots, type SnapshotAnswer } from './revocation-feed-snapshots.js';
import { RevocationFeedStreams } from './revocation-feed-streams.js';

const JWS = { schema: { type: 'string' }, example: 'eyJhbGciOiJSUzI1NiIsInR5cCI6InJldm9jYXRpb25zK2p3dCJ9.eyJzZXEiOjd9.c2lnbmF0dXJl' };
const EVENTS = { schema: { type: 'string' }, example: 'id: 7\nevent: delta\ndata: eyJhbGciOiJSUzI1NiJ9.eyJmcm9tIjo3fQ.c2lnbmF0dXJl\n\n' };

@ApiTags('Guards of APIs')
@ApiForbiddenResponse({ description: 'The credentials are not those of an API.' })
@InZone('external', 'internal')
@ClientAuthenticated()
@UseGuards(ApiClientGuard)
@Controller('v1/revocations')
export class RevocationFeedController {
  constructor(
    private readonly snapshots: RevocationFeedSnapshots,
    private readonly streams: RevocationFeedStreams,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'getRevocations',
    summary: 'Everything that is revoked for one API',
    description:
      'For the guards of an API, by HTTP Basic with the id of the API and one of its secrets, or on the internal listener by the certificate of the service that the API is named after. A JWS of type `revocations+jwt`, signed as the tokens of the API are: `iss`, `aud` (the API), `iat`, `exp`, `seq` (its position), `entries` (`kind`, `value`, `revoked_at`, `expires_at`), `max_staleness_seconds`, `heartbeat_seconds` and `scope_risks`. Grants of other APIs are left out.',
  })
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'The ETag of an earlier answer.' })
  @ApiOkResponse({ description: 'The snapshot, with an ETag.', content: { 'application/jwt': JWS } })
  @ApiResponse({ status: 304, description: 'The contents are those of the ETag. It is not signed, so it proves nothing.' })
  @ApiProblems(CLIENT_AUTH_PROBLEMS, 'malformed_request', 'rate_limited', 'service_unavailable')
  async snapshot(
    @CallingApi() { api }: ApiClient,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    send(reply, await this.snapshots.get(api, ifNoneMatch));
  }

  @Get('stream')
  @ApiOperation({
    operationId: 'streamRevocations',
    summary: 'What is revoked for one API, as it happens',
    description:
      'Server-sent events whose data are JWS of type `revocations-delta+jwt`: `entries` revoked after `from` up to `to`. Without entries it is a heartbeat, which proves that nothing was revoked. Who is not complete up to `from` takes a snapshot.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The position to continue from.' })
  @ApiOkResponse({ description: 'A stream without end.', content: { 'text/event-stream': EVENTS } })
  @ApiProblems({ ...CLIENT_AUTH_PROBLEMS, ...REVOCATION_FEED_PROBLEMS }, 'malformed_request', 'rate_limited', 'service_unavailable')
  stream(
    @CallingApi() client: ApiClient,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    this.streams.follow(client, positionOf(lastEventId), () => RevocationFeedConnection.open(request, reply));
  }
}

function send(reply: FastifyReply, { etag, body }: SnapshotAnswer): void {
  void reply.header('etag', etag);
  // RFC 9110 §15.4.5: 304 has no body.
  if (body === undefined) void reply.status(304).send();
  else void reply.type('application/jwt').send(body);
}
