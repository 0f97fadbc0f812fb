/** The Frontend API: where a handshake may lead, and which version may be asked for. */
import type { Provocation, Scene } from './scene.js';

const handshake = ({ call }: Scene, query: string) => call('GET', `/client/handshake?${query}`);

export const HANDSHAKES: readonly Provocation[] = [
  ['a handshake that leads nowhere', 422, 'form_param_missing', (scene) => handshake(scene, '')],
  [
    'a handshake that leads to no URL',
    422,
    'invalid_redirect_url',
    (scene) => handshake(scene, 'redirect_url=nowhere'),
  ],
  [
    'a handshake that leads to another instance',
    422,
    'redirect_url_not_associated_with_instance',
    (scene) => handshake(scene, 'redirect_url=https://app.example.com'),
  ],
  [
    'a handshake of an unknown version',
    400,
    'api_version_invalid',
    (scene) => handshake(scene, 'redirect_url=http://localhost&__clerk_api_version=2030-01-01'),
  ],
];
