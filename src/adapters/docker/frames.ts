/** The engine's multiplexed stream taken apart: frames of 8 bytes of header (stream, length) and what was printed. */

export type Take = (chunk: Buffer, stream: 'stdout' | 'stderr') => void;

const HEADER_BYTES = 8;

/** Hands on each piece as it comes, so that a frame that claims gigabytes is never gathered. */
export function demultiplex(take: Take): (chunk: Buffer) => void {
  let header = Buffer.alloc(0);
  let stream: 'stdout' | 'stderr' = 'stdout';
  let left = 0;

  return (chunk) => {
    let rest = chunk;
    while (rest.length > 0) {
      if (left === 0) {
        const missing = HEADER_BYTES - header.length;
        header = Buffer.concat([header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (header.length < HEADER_BYTES) return;
        stream = header.readUInt8(0) === 2 ? 'stderr' : 'stdout';
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
      }
      const piece = rest.subarray(0, left);
      if (piece.length > 0) take(piece, stream);
      left -= piece.length;
      rest = rest.subarray(piece.length);
    }
  };
}
