// Command compliance makes reports of what the policy pack recorded of a stack. The
// pack writes a record when AI_NOW_POLICY_REPORT names a file:
//
//	AI_NOW_POLICY_REPORT=$PWD/record.json pulumi preview --policy-pack policy
//	go build -o reports ./policy/cmd/compliance
//	./reports -record record.json -out compliance
//
// Exit codes: 0 no mandatory rule is broken, 1 failed or the record was cut short,
// 2 wrong use, 4 a mandatory rule is broken.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/ai-now/platform/policy/report"
)

// The exit codes, as the sandbox has them.
const (
	failed  = 1
	usage   = 2
	blocked = 4
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run returns the exit code.
func run(args []string, out, problems io.Writer) int {
	flags := flag.NewFlagSet("compliance", flag.ContinueOnError)
	flags.SetOutput(problems)
	file := flags.String("record", "", "the record that the policy pack wrote")
	dir := flags.String("out", "compliance", "the folder to write the reports to")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return usage
	}
	if *file == "" || flags.NArg() > 0 {
		fmt.Fprintln(problems, "compliance: name one record with -record FILE; the policy pack writes it when AI_NOW_POLICY_REPORT=FILE is set")
		return usage
	}
	r, err := report.Read(*file)
	if err == nil {
		err = r.Write(*dir)
	}
	if err != nil {
		fmt.Fprintln(problems, "compliance:", err)
		return failed
	}
	r.Summary(out)
	fmt.Fprintln(out, "\nThe reports are in "+*dir)
	switch {
	case r.Blocking():
		return blocked
	case !r.Whole:
		// What was not asked is not kept.
		fmt.Fprintln(problems, "compliance: the pack was cut short, so nothing says that the stack keeps the rules; see what the engine said, and run it again")
		return failed
	}
	return 0
}
