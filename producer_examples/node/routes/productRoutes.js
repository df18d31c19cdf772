import { Router } from 'express';

import { photoUploads } from '../middleware/uploads.js';

const MAX_PHOTOS_AT_ONCE = 10;

/** /api/products: shoppers read, admins write. */
export function productRoutes(controller, admin) {
  const photos = photoUploads('photos', MAX_PHOTOS_AT_ONCE);
  const router = Router();
  router.get('/', controller.list);
  router.get('/:id', controller.show);
  router.post('/', admin, photos, controller.create);
  router.patch('/:id', admin, photos, controller.update);
  router.delete('/:id', admin, controller.remove);
  return router;
}
