import assert from 'node:assert/strict';
import { test } from 'node:test';

import { InvalidSetting, readSettings } from '../settings.js';

test('without a single variable, everything is on this machine', () => {
  const settings = readSettings({});
  assert.equal(settings.host, '127.0.0.1');
  assert.deepEqual(settings.kafka.brokers, ['localhost:9092']);
  assert.equal(settings.photos.cloudinary, undefined);
});

for (const [variables, named] of [
  [{ PORT: 'many' }, 'PORT'],
  [{ HOST: '0.0.0.0' }, 'ADMIN_TOKEN'],
  [{ SEARCH_API_URL: 'file:///etc/passwd' }, 'SEARCH_API_URL'],
  [{ KAFKA_TLS: 'perhaps' }, 'KAFKA_TLS'],
  [{ KAFKA_TOPICS: ' , ' }, 'KAFKA_TOPICS'],
  [{ KAFKA_SASL_USERNAME: 'shop' }, 'KAFKA_SASL_PASSWORD'],
  [{ RELAY_LEASE_SECONDS: '20' }, 'RELAY_LEASE_SECONDS'],
  [{ CLOUDINARY_URL: 'cloudinary://key@cloud' }, 'CLOUDINARY_URL'],
]) {
  test(`${JSON.stringify(variables)} is refused in words that name ${named}`, () => {
    assert.throws(() => readSettings(variables), { name: 'Error', message: new RegExp(named) });
    assert.throws(() => readSettings(variables), InvalidSetting);
  });
}

test('a malformed CLOUDINARY_URL does not show its secret', () => {
  const wrong = { CLOUDINARY_URL: 'cloudinary://secret' };
  assert.throws(() => readSettings(wrong), (error) => !error.message.includes('//secret'));
});

test('a Cloudinary account is read from its one URL', () => {
  const { cloudinary } = readSettings({ CLOUDINARY_URL: 'cloudinary://123:s%2Fcret@demo' }).photos;
  assert.deepEqual([cloudinary.cloud_name, cloudinary.api_key, cloudinary.api_secret], ['demo', '123', 's/cret']);
});
