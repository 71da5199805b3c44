/**
 * Within one examination the same question is asked once, and every check gets the answer: nine checks that read the same
 * certificate are one handshake, and they all speak of the same moment.
 */
import type { Probes } from '../runbook/tools.ts';

/** `signal` ends the questions; a check that stops waiting earlier does not take the answer from the others. */
export function shareAnswers(probes: Probes, signal: AbortSignal): Probes {
  const shared = <Port extends object>(port: Port): Port => sharing(port, signal);
  return {
    network: shared(probes.network),
    tls: shared(probes.tls),
    http: shared(probes.http),
    certificate: shared(probes.certificate),
    postgres: shared(probes.postgres),
    redis: shared(probes.redis),
    docker: shared(probes.docker),
    kubernetes: shared(probes.kubernetes),
    nginx: shared(probes.nginx),
    alembic: shared(probes.alembic),
    prometheus: shared(probes.prometheus),
    backup: shared(probes.backup),
  };
}

/** Every call of a port takes what it asks, then its signal: calls that ask the same share one promise. */
function sharing<Port extends object>(port: Port, signal: AbortSignal): Port {
  const answers = new Map<string, unknown>();
  return new Proxy(port, {
    get(target, name, receiver) {
      const call: unknown = Reflect.get(target, name, receiver);
      if (typeof call !== 'function') return call;
      return (...asked: readonly unknown[]) => {
        const question = asked.slice(0, -1);
        const key = JSON.stringify([name, question]);
        if (!answers.has(key)) answers.set(key, Reflect.apply(call, target, [...question, signal]));
        return answers.get(key);
      };
    },
  });
}
