/** Refused requests in a log: lines as uvicorn, FastAPI, PyJWT, python's logging, JSON formatters and nginx really write them. */
import { describe, expect, test } from 'vitest';
import { refusalsOf } from '../../commands/auth-failures/refusals.ts';

const at = (second: number) => new Date(Date.UTC(2026, 9, 1, 11, 50, second));
const read = (...texts: readonly string[]) =>
  refusalsOf(texts.map((text, index) => ({ at: at(index), text })));
const reasons = (...texts: readonly string[]) =>
  Object.fromEntries(read(...texts).byReason.map(({ reason, times }) => [reason, times]));

const ACCESS = 'INFO:     10.0.0.9:56916 - "GET /auth/verify HTTP/1.1" 401 Unauthorized';

describe('a refusal', () => {
  test.each([
    // An expired signature is no wrong one.
    ['WARNING auth: 401 token expired', 'expired token'],
    ['WARNING:app.auth:Signature has expired', 'expired token'],
    ['jwt.exceptions.ExpiredSignatureError: Signature has expired', 'expired token'],
    ['ERROR auth: The token is not yet valid (nbf)', 'token not yet valid'],
    ['jwt.exceptions.ImmatureSignatureError: The token is not yet valid (iat)', 'token not yet valid'],
    ['WARNING auth: 401 signature verification failed', 'wrong signature'],
    ['jwt.exceptions.InvalidSignatureError: Signature verification failed', 'wrong signature'],
    ['jose.exceptions.JWTError: Signature verification failed.', 'wrong signature'],
    ['WARNING auth: 401 missing token', 'no token'],
    ['starlette.exceptions.HTTPException: 403: Not authenticated', 'no token'],
    ['WARNING: Authentication credentials were not provided.', 'no token'],
    ['WARNING auth: 401 session ended', 'session ended'],
    ['WARNING auth: 401 malformed token: Not enough segments', 'malformed token'],
    ['jwt.exceptions.DecodeError: Invalid header padding', 'malformed token'],
    ['WARNING auth: Invalid header string: Expecting value: line 1 column 1 (char 0)', 'malformed token'],
    ['fastapi.exceptions.HTTPException: 401: Could not validate credentials', 'malformed token'],
    [
      'jwt.exceptions.MissingRequiredClaimError: Token is missing the "exp" claim',
      'token for something else',
    ],
    ['jwt.exceptions.InvalidAudienceError: Invalid audience', 'token for something else'],
    [
      'jwt.exceptions.InvalidAlgorithmError: The specified alg value is not allowed',
      'token for something else',
    ],
    ['2026-10-01 11:50:01,123 WARNING app.login Incorrect username or password', 'wrong password'],
    ['WARNING app.login: failed login of user 4711', 'wrong password'],
    ['WARNING app.permissions: Insufficient scope for DELETE', 'not allowed'],
    ['fastapi.exceptions.HTTPException: 401: teapot', 'no reason given'],
    // What the guide's `grep -i auth` finds.
    ['WARNING app: authentication failed for user bob', 'no reason given'],
    ['ERROR auth: Authentication failed: no bearer', 'no reason given'],
    ['WARNING django.request: Unauthorized: /api/v1/login', 'no reason given'],
    ['WARNING app: could not authenticate 10.0.0.9', 'no reason given'],
    ['INFO auth: authorization denied', 'no reason given'],
    [ACCESS, 'no reason given'],
    ['INFO:     10.0.0.9:5 - "GET /b HTTP/1.1" 403 Forbidden', 'not allowed'],
    ['INFO uvicorn.access: 10.0.0.9:56916 - "DELETE /api/v1/certificates/7 HTTP/1.1" 401', 'no reason given'],
    [
      '10.0.0.9 - - [01/Oct/2026:11:50:01 +0000] "POST /api/v1/redis?a=\\x22b\\x22 HTTP/1.1" 401 27 "-" "curl/7.88.1"',
      'no reason given',
    ],
    ['{"event":"request","method":"GET","path":"/expired-token","status":401,"ms":3}', 'no reason given'],
    ['{"level":"warning","message":"401 token expired","status_code":401}', 'expired token'],
    ['time=11:50:01 level=warn msg="token expired" status=401 path=/auth/verify', 'expired token'],
  ])('%s', (text, reason) => {
    expect(reasons(text)).toEqual({ [reason]: 1 });
  });
});

describe('no refusal', () => {
  test.each([
    // Paths, ports, sizes and ids are called anything.
    ['INFO:     10.0.0.9:401 - "GET /auth/verify HTTP/1.1" 200 OK'],
    ['INFO:     10.0.0.9:56916 - "GET /api/v1/auth/users/401 HTTP/1.1" 200 OK'],
    ['INFO:     10.0.0.9:56916 - "GET /help/invalid-token HTTP/1.1" 404 Not Found'],
    ['INFO:     10.0.0.9:56916 - "GET /forbidden/jwt HTTP/1.1" 200 OK'],
    ['10.0.0.9 - - [01/Oct/2026:11:50:01 +0000] "GET /auth/login HTTP/1.1" 200 401 "-" "Mozilla/5.0"'],
    ['{"event":"request","path":"/auth/token","status":200,"duration_ms":401}'],
    ['{"message":"invoice 401 of tenant 403 created","level":"info"}'],
    ['INFO app: user 401 logged in with a valid token'],
    // Other systems refuse the backend.
    ['ERROR stores: database is unavailable: FATAL: password authentication failed for user "paksa"'],
    ['psycopg2.OperationalError: connection failed: invalid password'],
    ['redis.exceptions.AuthenticationError: WRONGPASS invalid username-password pair or user is disabled.'],
    ['INFO httpx: HTTP Request: POST https://api.stripe.com/v1/charges "HTTP/1.1 401 Unauthorized"'],
    ['DEBUG urllib3.connectionpool: https://api.stripe.com:443 "GET /v1/charges HTTP/1.1" 401 27'],
    ['WARNING hooks: webhook signature verification failed'],
    ['ssl.SSLCertVerificationError: certificate verify failed: certificate is not yet valid'],
    ['ssl.SSLError: [SSL] bad signature (_ssl.c:1007)'],
    // Found by `grep -i auth`, and well.
    ['INFO app: authenticated user 7'],
    ['INFO app: the author of 403 pages is bob'],
    ['INFO auth: authentication succeeded'],
    ['INFO auth: 0 authentication failures in the last hour'],
    // Housekeeping.
    ['INFO auth: 12 expired tokens removed'],
    ['INFO auth: cleaning up expired tokens'],
    // The inside of a traceback.
    ['    raise InvalidSignatureError("Signature verification failed")'],
    ['  File "/usr/lib/python3/dist-packages/jwt/api_jws.py", line 253, in _verify_signature'],
    ['INFO:     10.0.0.9:56916 - "GET /health HTTP/1.1" 503 Service Unavailable'],
    ['json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)'],
    [''],
  ])('%s', (text) => {
    expect(read(text)).toEqual({ total: 0, byReason: [], byMinute: [] });
  });
});

describe('together', () => {
  test('told by the application and by its server, a request counts once', () => {
    const seen = read(
      'WARNING auth: 401 token expired',
      ACCESS,
      'WARNING auth: 401 token expired',
      ACCESS,
      ACCESS,
    );
    expect(seen).toEqual({
      total: 3,
      byReason: [
        { reason: 'expired token', times: 2, last: at(2) },
        { reason: 'no reason given', times: 1, last: at(4) },
      ],
      byMinute: [{ minute: '2026-10-01 11:50Z', times: 3 }],
      worstMinute: { minute: '2026-10-01 11:50Z', times: 3 },
    });
  });

  test('a traceback is one refusal', () => {
    const traceback = [
      'Traceback (most recent call last):',
      '  File "/app/auth.py", line 41, in verify',
      '    claims = jwt.decode(token, secret, algorithms=["HS256"])',
      '    raise InvalidSignatureError("Signature verification failed")',
      'jwt.exceptions.InvalidSignatureError: Signature verification failed',
      ACCESS,
    ];
    expect(reasons(...traceback)).toEqual({ 'wrong signature': 1 });
  });

  test('the worst minute, and the most frequent reason first', () => {
    const lines = [
      ...Array.from({ length: 3 }, () => ({ at: new Date('2026-10-01T11:51:30Z'), text: ACCESS })),
      { at: new Date('2026-10-01T11:58:00Z'), text: 'WARNING auth: 401 token expired' },
    ];
    expect(refusalsOf(lines)).toMatchObject({
      total: 4,
      byReason: [{ reason: 'no reason given' }, { reason: 'expired token' }],
      worstMinute: { minute: '2026-10-01 11:51Z', times: 3 },
    });
  });
});
