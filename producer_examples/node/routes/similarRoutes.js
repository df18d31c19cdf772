import { Router } from 'express';

import { photoUploads } from '../middleware/uploads.js';

/** /api/products/similar and /api/products/:id/similar. */
export function similarRoutes(controller) {
  const router = Router();
  router.post('/similar', photoUploads('photo', 1), controller.toPhotoOrProduct);
  router.get('/:id/similar', controller.toProduct);
  return router;
}
