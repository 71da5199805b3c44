/** Chooses how payloads reach the app: Socket Mode, unless it is reached over HTTP. */
import type { Delivery } from './delivery.ts';
import { createSignedHttp, type SignedHttp } from './signed-http.ts';
import { createSocketMode, type SocketMode, type SocketModeOptions } from './socket-mode.ts';

export interface DeliveryOptions extends SocketModeOptions {
  http: { requestUrl: string; signingSecret: string } | undefined;
}

export interface ChosenDelivery {
  delivery: Delivery;
  socketMode?: SocketMode;
  signedHttp?: SignedHttp;
}

export function createDelivery({ http, ...options }: DeliveryOptions): ChosenDelivery {
  if (http) {
    const signedHttp = createSignedHttp({ ...http, ...options });
    return { delivery: signedHttp, signedHttp };
  }
  const socketMode = createSocketMode(options);
  return { delivery: socketMode, socketMode };
}
