/* cage.test.js - what makes the small pictures is locked up, and ended where it takes long. */

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';

import { root } from '../harness/instance.js';
import { register } from './client.js';
import { setup } from './setup.js';

const program = resolve(root, process.env.PALABRE_BUILD ?? 'build', 'palabre-thumb');
const picture = (name) => join(root, 'tests/api/pictures', name);
let dir;

before(() => {
	dir = mkdtempSync(join(tmpdir(), 'palabre-cage-'));
});
after(() => rmSync(dir, { recursive: true, force: true }));

/* A decoder that was taken over: in the place of libgd's, by the dynamic linker. */
const EVIL = `
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
void *gdImageCreateFromPngPtr(int size, void *data)
{
	char *what = data;
	(void)size;
	/* The last byte but one of the file says what to try. */
	switch (what[size - 1]) {
	case 's': syscall(SYS_socket, AF_INET, SOCK_STREAM, 0); break;
	case 'x': syscall(SYS_execve, "/bin/true", 0, 0); break;
	case 'f': syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); break;
	case 'k': syscall(SYS_kill, getppid(), 0); break;
	case 'p': syscall(SYS_ptrace, 0, 0, 0, 0); break;
	case 'm': syscall(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); break;
	case 'o': if (syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY) >= 0) _exit(99);
		_exit(errno == ENOENT ? 42 : 98);
	case 'a': if (malloc(1u << 30)) _exit(99); _exit(43);
	case 'l': for (;;) { }
	case 'w': write(1, "harmless", 8); _exit(44);
	}
	_exit(97);
}
`;

test('a decoder that was taken over can do nothing but paint', { skip: /asan/.test(program)
	&& 'a sanitizer must be loaded first' }, () => {
	writeFileSync(join(dir, 'evil.c'), EVIL);
	const lib = join(dir, 'evil.so');
	execFileSync('gcc', ['-shared', '-fPIC', '-w', '-o', lib, join(dir, 'evil.c')]);
	const run = (what) => {
		const name = join(dir, 'in');
		writeFileSync(name, `some bytes ${what}`);
		const fd = openSync(name, 'r');
		const { status, signal } = spawnSync(program, ['1', '1'],
			{ stdio: [fd, 'pipe', 'ignore'], env: { LD_PRELOAD: lib } });
		closeSync(fd);
		return signal ?? status;
	};
	assert.equal(run('w'), 44, 'it is the one that runs, and may write to its pipe');
	for (const what of 'sxfkpm') {
		assert.equal(run(what), 'SIGSYS', what);
	}
	assert.equal(run('o'), 42, 'there is no file');
	assert.equal(run('a'), 43, 'nor memory without end');
	assert.match(String(run('l')), /^SIG(XCPU|KILL|ALRM)$/, 'nor time');
});

test('where it takes longer than 5 s, the upload goes on without a small picture', async () => {
	const slow = join(dir, 'slow');
	writeFileSync(slow, `#!/bin/sh\necho $$ >>${dir}/pids\nexec sleep 600\n`);
	chmodSync(slow, 0o755);
	const it = await setup({ PALABRE_THUMB: slow });
	try {
		const anna = await register(it.base);
		const { attachment: a } = (await anna.raw('POST', 'api/v1/uploads?name=a',
			{ headers: { 'X-Palabre': '1' }, body: readFileSync(picture('photo.jpg')) })).expect(201);
		const thumb = await anna.get(a.thumb);
		assert.deepEqual([thumb.status, thumb.headers['content-type']], [200, 'image/jpeg']);
		const pid = Number(readFileSync(join(dir, 'pids'), 'utf8'));
		assert.throws(() => process.kill(pid, 0), /ESRCH/, 'and it was ended');
	} finally {
		await it.stop();
	}
});

test('where the disk is full, an upload is 507, and leaves nothing', {
	skip: process.getuid() !== 0 && 'a small disk of its own takes root',
}, async () => {
	const disk = join(dir, 'disk');
	execFileSync('mkdir', [disk]);
	execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=700', 'palabre-test', disk]);
	const it = await setup({ PALABRE_CACHE: disk, PALABRE_UPLOAD_ANY: 'on' });
	try {
		const anna = await register(it.base);
		const put = (body) => anna.raw('POST', 'api/v1/uploads?name=a',
			{ headers: { 'X-Palabre': '1' }, body });
		const { attachment: a } = (await put(readFileSync(picture('small.png')))).expect(201);
		(await put(Buffer.alloc(600000, 'x'))).refused(507, 'storage_full');
		const [[files, chunks]] = await it.instance.sql('SELECT (SELECT COUNT(*) FROM attachment), '
			+ '(SELECT COUNT(*) FROM attachment_chunk)');
		assert.deepEqual([files, chunks], ['1', '1']);
		assert.equal((await anna.get(a.url)).status, 200, 'what is there is served');
		(await put(readFileSync(picture('small.png')))).expect(201);
	} finally {
		await it.stop();
		execFileSync('umount', [disk]);
	}
});
