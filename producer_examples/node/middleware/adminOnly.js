import { createHash, timingSafeEqual } from 'node:crypto';

import { Problem } from './problems.js';

/** Lets `Authorization: Bearer <token>` pass; everyone, where there is no token (on a laptop's loopback address). */
export function adminOnly(token) {
  const wanted = token && digest(`Bearer ${token}`);
  return (request, _response, next) => {
    const given = digest(request.get('authorization') ?? '');
    // Compared in constant time, which needs equal lengths.
    next(wanted && !timingSafeEqual(wanted, given) ? new Problem(401, 'For admins only') : undefined);
  };
}

function digest(text) {
  return createHash('sha256').update(text).digest();
}
