import type { FastifyReply, FastifyRequest } from 'fastify';
import type { House } from './house.ts';
import type { HttpFault } from './http-fault.ts';

/** Shows people what is wrong; who is not signed in is led to the login. */
export function showFault(_house: House, fault: HttpFault, _request: FastifyRequest, reply: FastifyReply): unknown {
  return reply.type('text/plain').send(fault.message);
}
