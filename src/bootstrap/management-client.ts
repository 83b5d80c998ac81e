import type { FastifyInstance } from 'fastify';

export interface Answer {
  [member: string]: unknown;
  id: string;
}

/** The management API from inside this process: what the demo is made with goes the way of everybody's requests. */
export class ManagementClient {
  private readonly headers: Record<string, string>;

  constructor(
    private readonly fastify: FastifyInstance,
    token: string,
  ) {
    this.headers = { authorization: `Bearer ${token}` };
  }

  async get(url: string): Promise<Answer> {
    return this.send('GET', url);
  }

  async post(url: string, payload: object): Promise<Answer> {
    return this.send('POST', url, payload);
  }

  async patch(url: string, payload: object): Promise<Answer> {
    return this.send('PATCH', url, payload);
  }

  /** The first page; a demo has no second one. */
  async list(url: string): Promise<Answer[]> {
    return ((await this.send('GET', `${url}?limit=100`)) as unknown as { data: Answer[] }).data;
  }

  /** A first start that was killed half way leaves things whose secrets nobody knows. */
  async removeLeftOver(url: string, isLeftOver: (found: Answer) => boolean): Promise<void> {
    for (const found of await this.list(url)) if (isLeftOver(found)) await this.send('DELETE', `${url}/${found.id}`);
  }

  private async send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object): Promise<Answer> {
    const answer = await this.fastify.inject({ method, url, headers: this.headers, ...(payload && { payload }) });
    if (answer.statusCode >= 300) throw new Error(`${method} ${url} answered ${answer.statusCode}: ${answer.body}`);
    return answer.body === '' ? { id: '' } : answer.json<Answer>();
  }
}
