import { LinkApi } from './api.ts';
import { Page } from './page.ts';

/** `/u/<link id>#<secret>` */
const linkId = location.pathname.split('/').at(-1) ?? '';
const root = document.getElementById('page');
if (root) void new Page(new LinkApi(linkId, location.hash.slice(1)), root, navigator.languages).open();

// Another link pasted over this one differs behind the # alone: browsers do not load it by themselves.
window.addEventListener('hashchange', () => location.reload());
