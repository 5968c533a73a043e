/* palabrectl.c - the admin's command line; everything it does is in src/ctl. */
#include "ctl/ctl.h"

int main(int argc, char **argv)
{
	return ctl_main(argc, argv);
}
