package rules

import (
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

// The policies of AWS are JSON documents of statements; what is one value may
// stand for a list of one everywhere.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html

// statements are the statements of a policy document.
func statements(document rule.Value) []rule.Value {
	return document.Parsed().Get("Statement").OneOrMore()
}

// allows asks whether a statement gives rights.
func allows(statement rule.Value) rule.Truth { return statement.Get("Effect").Is("Allow") }

// anyOf asks whether f holds for one of the values.
func anyOf(values []rule.Value, f question) rule.Truth {
	found := rule.False()
	for _, v := range values {
		found = found.Or(f(v))
	}
	return found
}

// isAnybody asks whether a statement's principal is everybody: "*", or "*" in
// the list of AWS principals.
func isAnybody(statement rule.Value) rule.Truth {
	principal := statement.Get("Principal")
	all := func(v rule.Value) rule.Truth { return v.Is("*") }
	return principal.Is("*").Or(anyOf(principal.Get("AWS").OneOrMore(), all))
}

// conditions are the values that a statement's conditions compare a key with,
// for one operator. Keys are compared without regard to case, as IAM does; a
// key's end is enough, for those of OpenID Connect begin with the issuer.
func conditions(statement rule.Value, operator, keyEnd string) []rule.Value {
	block := statement.Get("Condition", operator)
	if block.IsUnknown() {
		return []rule.Value{block}
	}
	var values []rule.Value
	for _, key := range block.Keys() {
		if strings.HasSuffix(strings.ToLower(key), strings.ToLower(keyEnd)) {
			values = append(values, block.Get(key).OneOrMore()...)
		}
	}
	return values
}

// requiresTLS asks whether a policy document refuses requests without TLS.
func requiresTLS(document rule.Value) rule.Truth {
	if document.IsUnknown() {
		return document.Present()
	}
	return anyOf(statements(document), func(statement rule.Value) rule.Truth {
		insecure := func(v rule.Value) rule.Truth { return v.Is("false").Or(v.Is(false)) }
		return statement.Get("Effect").Is("Deny").
			And(isAnybody(statement), anyOf(conditions(statement, "Bool", "aws:SecureTransport"), insecure))
	})
}
