package runner

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestErrorsOfTheEngine(t *testing.T) {
	t.Parallel()
	engine := errors.New("could not export stack: exit status 1\ncode: 255\nstdout: \nstderr: error: incorrect passphrase\n\n") //nolint:revive // as the Automation API writes it
	require.EqualError(t, reason(engine), "could not export stack: exit status 1", "what a run wrote, the user has seen")
	require.EqualError(t, told(engine), "could not export stack: exit status 1: error: incorrect passphrase", "what nobody saw is told")
	other := errors.New("no such file")
	require.Equal(t, other, reason(other))
	require.Equal(t, other, told(other))
}
