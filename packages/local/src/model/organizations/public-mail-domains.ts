/** The domain of an address, and the domains of mail providers where anybody can have an address. The best known ones: Clerk's own list is longer. */
const DOMAINS = new Set([
  ...['aol.com', 'fastmail.com', 'gmail.com', 'gmx.com', 'gmx.de', 'gmx.net', 'googlemail.com', 'hey.com'],
  ...['hotmail.co.uk', 'hotmail.com', 'hotmail.fr', 'icloud.com', 'inbox.com', 'live.com', 'mac.com', 'mail.com'],
  ...['mail.ru', 'me.com', 'msn.com', 'orange.fr', 'outlook.com', 'pm.me', 'proton.me', 'protonmail.com', 'qq.com'],
  ...['rediffmail.com', 'tutanota.com', 'web.de', 'yahoo.co.in', 'yahoo.co.jp', 'yahoo.co.uk', 'yahoo.com'],
  ...['yahoo.fr', 'yandex.com', 'yandex.ru', 'ymail.com', 'zoho.com', '126.com', '163.com'],
]);

/** @param name in lower case */
export const isPublicMailDomain = (name: string): boolean => DOMAINS.has(name);

/** The part behind the last `@`, in lower case. */
export const domainOfAddress = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase();
