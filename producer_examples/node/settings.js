// The one place that reads the environment.

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

export class InvalidSetting extends Error {}

/** Settings from variables such as process.env. Throws InvalidSetting, whose message names the variable. */
export function readSettings(variables) {
  const settings = {
    host: text(variables, 'HOST', '127.0.0.1'),
    port: number(variables, 'PORT', 3000, { min: 0, max: 65_535 }),
    publicUrl: url(variables, 'PUBLIC_URL', 'http://127.0.0.1:3000'),
    adminToken: text(variables, 'ADMIN_TOKEN'),
    mongodbUri: text(variables, 'MONGODB_URI', 'mongodb://127.0.0.1:27017/shop'),
    mongodbTimeoutMs: seconds(variables, 'MONGODB_TIMEOUT_SECONDS', 10),
    kafka: {
      brokers: list(variables, 'KAFKA_BOOTSTRAP_SERVERS', 'localhost:9092'),
      topics: list(variables, 'KAFKA_TOPICS', 'products'),
      tls: flag(variables, 'KAFKA_TLS'),
      sasl: readSasl(variables),
      deliveryMs: seconds(variables, 'KAFKA_DELIVERY_SECONDS', 10),
    },
    relay: {
      pollMs: seconds(variables, 'RELAY_POLL_SECONDS', 1),
      leaseMs: seconds(variables, 'RELAY_LEASE_SECONDS', 60),
    },
    search: {
      url: url(variables, 'SEARCH_API_URL', 'http://127.0.0.1:8000'),
      key: text(variables, 'SEARCH_API_KEY'),
      timeoutMs: seconds(variables, 'SEARCH_TIMEOUT_SECONDS', 5),
      restMs: seconds(variables, 'SEARCH_REST_SECONDS', 10),
    },
    photos: {
      cloudinary: readCloudinary(variables),
      folder: text(variables, 'PHOTO_FOLDER', 'photos'),
      timeoutMs: seconds(variables, 'PHOTO_TIMEOUT_SECONDS', 30),
    },
  };
  check(settings);
  return settings;
}

function check({ host, adminToken, kafka, relay, mongodbTimeoutMs }) {
  if (!adminToken && !LOOPBACK.has(host)) {
    throw new InvalidSetting(`ADMIN_TOKEN is needed where others can reach HOST=${host}`);
  }
  // Whoever holds a lease must have sent, or given up, before another can take it: taking and reading come first.
  if (relay.leaseMs < 2 * kafka.deliveryMs + mongodbTimeoutMs) {
    throw new InvalidSetting(
      'RELAY_LEASE_SECONDS must be at least twice KAFKA_DELIVERY_SECONDS plus MONGODB_TIMEOUT_SECONDS',
    );
  }
}

function readSasl(variables) {
  const username = text(variables, 'KAFKA_SASL_USERNAME');
  const password = text(variables, 'KAFKA_SASL_PASSWORD');
  if (Boolean(username) !== Boolean(password)) {
    throw new InvalidSetting('KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD belong together');
  }
  return username && { mechanism: text(variables, 'KAFKA_SASL_MECHANISM', 'SCRAM-SHA-512'), username, password };
}

function readCloudinary(variables) {
  const value = text(variables, 'CLOUDINARY_URL');
  if (!value) return undefined;
  const parsed = URL.canParse(value) ? new URL(value) : undefined;
  if (parsed?.protocol !== 'cloudinary:' || !parsed.username || !parsed.password || !parsed.hostname) {
    // Not the value: it holds a secret.
    throw new InvalidSetting('CLOUDINARY_URL is not of the form cloudinary://key:secret@cloud');
  }
  return {
    cloud_name: parsed.hostname,
    api_key: decodeURIComponent(parsed.username),
    api_secret: decodeURIComponent(parsed.password),
  };
}

function text(variables, name, fallback) {
  return variables[name]?.trim() || fallback;
}

function list(variables, name, fallback) {
  const parts = text(variables, name, fallback).split(',').map((part) => part.trim()).filter(Boolean);
  if (parts.length === 0) throw new InvalidSetting(`${name} names nothing`);
  return parts;
}

function flag(variables, name) {
  const value = text(variables, name, 'false').toLowerCase();
  if (!['true', 'false'].includes(value)) throw new InvalidSetting(`${name} is true or false`);
  return value === 'true';
}

function url(variables, name, fallback) {
  const value = text(variables, name, fallback);
  const parsed = URL.canParse(value) ? new URL(value) : undefined;
  if (!['http:', 'https:'].includes(parsed?.protocol)) throw new InvalidSetting(`${name} is no http(s) URL`);
  return value.replace(/\/+$/, '');
}

function number(variables, name, fallback, { min, max }) {
  const value = Number(text(variables, name, String(fallback)));
  if (!(value >= min && value <= max)) throw new InvalidSetting(`${name} is a number from ${min} to ${max}`);
  return value;
}

function seconds(variables, name, fallback) {
  return 1000 * number(variables, name, fallback, { min: 0.01, max: 86_400 });
}
