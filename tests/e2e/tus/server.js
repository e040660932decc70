// The tus protocol's reference server over one directory. The first line it prints is its port, a free one; then one for
// each request: method, path, Upload-Offset. The second argument is the largest file it takes, the third how long it
// keeps an upload that is not finished, in ms.
import {Server} from '@tus/server';
import {FileStore} from '@tus/file-store';

const [directory, maxSize, keptFor] = process.argv.slice(2);
const server = new Server({
    path: '/files',
    maxSize: Number(maxSize || 0),
    datastore: new FileStore({directory, expirationPeriodInMilliseconds: Number(keptFor || 0)}),
});
const http = server.listen({host: '127.0.0.1', port: 0}, () => console.log(http.address().port));
http.prependListener('request', (request) =>
    console.log(request.method, request.url, request.headers['upload-offset'] ?? '-'));
