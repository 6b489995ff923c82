import type { HttpRequest, HttpResponse } from '../../../std/host.ts';

const PAGE = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">
<HTML><HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=iso-8859-1">
<TITLE>ERROR: The request could not be satisfied</TITLE>
</HEAD><BODY>
<H1>403 ERROR</H1>
<H2>The request could not be satisfied.</H2>
<HR noshade size="1px">
Bad request.
</BODY></HTML>
`;

/** What stands before the real exchange answers this to a GET that announces a body. */
export const GET_WITH_BODY: HttpResponse = {
  status: 403,
  headers: { 'content-type': 'text/html', server: 'CloudFront' },
  body: PAGE,
};

/** Whether a GET has a body or a header that implies one; an empty one counts. */
export function hasGetBody({ body, headers, method }: HttpRequest): boolean {
  if (method !== 'GET') return false;
  return (
    body !== undefined ||
    headers['content-length'] !== undefined ||
    headers['transfer-encoding'] !== undefined
  );
}
