// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Asks for the firmware whose name is written to its parameter. */
#include <linux/err.h>
#include <linux/firmware.h>
#include <linux/module.h>
#include <linux/platform_device.h>

static struct platform_device *device;

static int ask(const char *name, const struct kernel_param *parameter)
{
	const struct firmware *firmware;
	int error = request_firmware_direct(&firmware, name, &device->dev);

	if (!error)
		release_firmware(firmware);
	return error;
}

static const struct kernel_param_ops operations = { .set = ask };
module_param_cb(firmware, &operations, NULL, 0200);

static int __init requester_load(void)
{
	device = platform_device_register_simple("requester", PLATFORM_DEVID_NONE, NULL, 0);
	return PTR_ERR_OR_ZERO(device);
}

static void __exit requester_unload(void)
{
	platform_device_unregister(device);
}

module_init(requester_load);
module_exit(requester_unload);

MODULE_DESCRIPTION("Asks for firmware");
MODULE_LICENSE("Dual BSD/GPL");
