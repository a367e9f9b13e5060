package main

import "github.com/spf13/cobra"

// complianceCommand runs the policy pack over a stack and writes reports.
func complianceCommand(f *flags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "compliance",
		Short: "Report how the stack, as deployed or as planned, stands to the rules and to public frameworks (exit code 4 when a mandatory rule is broken)",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return runStack(cmd.Context(), f, "compliance") },
	}
	cmd.Flags().BoolVar(&f.plan, "plan", false, "look at what an update would make, even when the stack is deployed")
	cmd.Flags().StringVar(&f.policyConfig, "policy-config", "", "levels and settings of the rules: a JSON file, such as policy/profiles/prod.json")
	return cmd
}
