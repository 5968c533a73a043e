/* secret.c - asking for a password. */
#include "ctl/secret.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "base/rand.h"

/* A line without its end; false where there is none or it is too long. */
static bool read_line(char buffer[SECRET_SIZE])
{
	if (!fgets(buffer, SECRET_SIZE, stdin)) {
		return false;
	}
	size_t len = strcspn(buffer, "\r\n");
	bool whole = buffer[len] != '\0' || feof(stdin);
	buffer[len] = '\0';
	return whole;
}

static bool ask(const char *prompt, char buffer[SECRET_SIZE])
{
	struct termios before, silent;
	bool have = tcgetattr(STDIN_FILENO, &before) == 0;

	fputs(prompt, stderr);
	fflush(stderr);
	if (have) {
		silent = before;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	}
	bool ok = read_line(buffer);
	if (have) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	}
	fputc('\n', stderr);
	return ok;
}

struct str secret_read(const struct ctl *c, char buffer[SECRET_SIZE])
{
	char again[SECRET_SIZE];
	bool ok;

	if (!isatty(STDIN_FILENO)) {
		if (!read_line(buffer)) {
			ctl_fail(c, CTL_USAGE, "no password on standard input");
			return STR_NONE;
		}
		return str_from(buffer);
	}
	ok = ask("Password: ", buffer) && ask("Once more: ", again) &&
	     str_eq(str_from(buffer), str_from(again));
	OPENSSL_cleanse(again, sizeof again);
	if (!ok) {
		ctl_fail(c, CTL_USAGE, "the two are not the same");
		return STR_NONE;
	}
	return str_from(buffer);
}

struct str secret_make(char buffer[SECRET_SIZE])
{
	static const char letters[32] = "abcdefghijkmnpqrstuvwxyz23456789";
	uint8_t random[20];
	size_t at = 0;

	rand_bytes(random, sizeof random);
	for (size_t i = 0; i < sizeof random; i++) {
		if (i && i % 5 == 0) {
			buffer[at++] = '-';
		}
		buffer[at++] = letters[random[i] % 32];
	}
	buffer[at] = '\0';
	OPENSSL_cleanse(random, sizeof random);
	return (struct str){ buffer, at };
}
