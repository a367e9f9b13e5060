package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
)

// kubectl runs the real kubectl in this process and returns its exit code.
func kubectl(args []string) int {
	os.Args = append([]string{"kubectl"}, args...)
	command := cmd.NewDefaultKubectlCommand()
	if err := cli.RunNoErrOutput(command); err != nil {
		// kubectl prints its own errors and leaves through its own exit; what is left is an error of its flags.
		return exitFailed
	}
	return 0
}
