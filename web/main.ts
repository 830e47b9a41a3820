import { LinkApi } from './api.ts';
import { Page } from './page.ts';
import { whenSomebodyIsThere } from './visit.ts';

/** `/u/<link id>#<secret>` */
const linkId = location.pathname.split('/').at(-1) ?? '';
const root = document.getElementById('page');
const api = new LinkApi(linkId, location.hash.slice(1));
if (root) void new Page(api, root, navigator.languages).open();
whenSomebodyIsThere(() => api.noteOpening());

// Another link pasted over this one differs behind the # alone: browsers do not load it by themselves.
window.addEventListener('hashchange', () => location.reload());
