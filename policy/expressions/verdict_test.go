package expressions

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/rule"
)

type (
	m = map[string]any
	l = []any
)

// open is a value that is not known yet.
var open = rule.Unknown{}

// judged is what one expression says about one tree.
func judged(t testing.TB, v rule.Validation, tree m) answer {
	t.Helper()
	compiled, err := newCompiler().compile(v, false)
	require.NoError(t, err)
	return compiled.judge(newObject(tree, func(m) {}))
}

// containers is an object with these containers.
func containers(list ...any) m { return m{"spec": m{"containers": list}} }

// labelled is an object of a kind the API server has a type for.
func labelled(labels m) m {
	return m{"apiVersion": "v1", "kind": "Pod", "metadata": m{"labels": labels}}
}

func TestVerdictsWithUnknowns(t *testing.T) {
	t.Parallel()
	const pinned = `object.spec.containers.all(c, c.image.contains('@'))`
	const drops = `object.drop`
	spec := func(fields m) m { return m{"spec": fields} }
	dropping := func(list ...any) m { return m{"drop": list} }
	const containersOne, dropOne = "spec.containers[0].image", "drop[0]"
	tests := []struct {
		name, holds string
		object      m
		want        string // "keeps", "breaks", or the path of the unknown
	}{
		// Loops.
		{"one unknown image leaves all() open", pinned, containers(m{"image": "a@b"}, m{"image": open}), "spec.containers[1].image"},
		{"a bad image decides beside an unknown one", pinned, containers(m{"image": open}, m{"image": "a"}), "breaks"},
		{"a bad image before an unknown one decides as well", pinned, containers(m{"image": "a"}, m{"image": open}), "breaks"},
		{"an unknown nobody asks for changes nothing", `object.spec.containers.all(c, c.name != 'x')`, containers(m{"image": open, "name": "y"}), "keeps"},
		{"one good image decides exists()", `object.spec.containers.exists(c, c.image.contains('@'))`, containers(m{"image": open}, m{"image": "a@"}), "keeps"},
		{"exists() is open while no known element decides", `object.spec.containers.exists(c, c.image.contains('@'))`, containers(m{"image": open}, m{"image": "a"}), containersOne},
		{"exists_one() counts the unknown", `object.spec.containers.exists_one(c, c.image.contains('@'))`, containers(m{"image": open}, m{"image": "a@"}), containersOne},
		{"an unknown element is asked for all its fields", pinned, containers(open), "spec.containers[0]"},
		{"an unknown list is not empty", pinned, spec(m{"containers": open}), "spec.containers"},
		{"an unknown object above the list is not guessed", pinned, m{"spec": open}, "spec"},
		{"a condition without the element is open over an unknown list", `object.list.all(c, object.on)`, m{"list": open, "on": false}, "list"},
		{"filter() keeps what is decided", `object.spec.containers.filter(c, c.name != 'b').all(c, c.image != '')`, containers(m{"image": "x", "name": "a"}, m{"image": open, "name": "b"}), "keeps"},
		{"filter() by an unknown is open", `object.drop.filter(x, x == 'ALL').size() == 1`, dropping(open), dropOne},
		{"a filtered list still knows its unknowns", `sets.contains(object.spec.containers.filter(c, c.name == 'a').map(c, c.image), ['x'])`, containers(m{"image": open, "name": "a"}), containersOne},
		{"the elements of map() are counted", `object.drop.map(x, x + '!').size() == 1`, dropping(open), "keeps"},
		{"map() of something else is known", `object.spec.containers.map(c, c.name).join(',') == 'a'`, containers(m{"image": open, "name": "a"}), "keeps"},
		{"the index of a list is known beside unknown elements", `object.drop.all(i, v, i < 2)`, dropping(open, "x"), "keeps"},
		{"two-variable exists() finds a known value", `object.labels.exists(k, v, v == 'x')`, m{"labels": m{"a": open, "b": "x"}}, "keeps"},
		{"two-variable all() is open for an unknown value", `object.labels.all(k, v, v != '')`, m{"labels": m{"a": open, "b": "x"}}, "labels.a"},
		{"transformList() passes an unknown on", `object.labels.transformList(k, v, v) == ['x']`, m{"labels": m{"a": open}}, "labels.a"},
		{"a loop in a loop is open where its inner one is", `object.a.all(x, object.b.exists(y, y == x))`, m{"a": l{"p"}, "b": l{"q", open}}, "b[1]"},

		// Maps, whose unknown values may turn out not to be there.
		{"a known bad value of a map decides", `object.data.all(k, v, v != 'bad')`, m{"data": m{"a": open, "b": "bad"}}, "breaks"},
		{"a bad key of an unknown value is open", `object.labels.all(k, k.startsWith('a'))`, m{"labels": m{"a": "x", "b": open}}, "labels.b"},
		{"a good key of an unknown value is good either way", `object.labels.all(k, k.startsWith('a'))`, m{"labels": m{"a": open, "ab": "x"}}, "keeps"},
		{"an unknown value does not show that a map has one", `object.labels.exists(k, true)`, m{"labels": m{"a": open}}, "labels.a"},
		{"the size of a map is open with an unknown value", `object.labels.size() == 1`, m{"labels": m{"a": open}}, "labels.a"},
		{"the size of a map is known with an unknown further down", `object.labels.size() == 1`, m{"labels": m{"a": m{"b": open}}}, "keeps"},
		{"in is open for the key of an unknown value", `'a' in object.labels`, m{"labels": m{"a": open}}, "labels.a"},
		{"in is known for another key", `'b' in object.labels`, m{"labels": m{"a": open}}, "breaks"},
		{"in is known for a key with an unknown further down", `'a' in object.labels`, m{"labels": m{"a": l{open}}}, "keeps"},

		// Presence and optionals.
		{"has() of an unknown is open", `has(object.spec.hostPID)`, spec(m{"hostPID": open}), "spec.hostPID"},
		{"not has() of an unknown is open", `!has(object.spec.hostPID)`, spec(m{"hostPID": open}), "spec.hostPID"},
		{"has() below an unknown is open", `!has(object.spec.volume.hostPath)`, spec(m{"volume": open}), "spec.volume"},
		{"has() of what is missing beside an unknown is known", `has(object.spec.b)`, spec(m{"a": open}), "breaks"},
		{"has() of what has an unknown inside is known", `has(object.spec.a)`, spec(m{"a": m{"b": open}}), "keeps"},
		{"a guard of has() does not decide an unknown", `!has(object.spec.hostPID) || !object.spec.hostPID`, spec(m{"hostPID": open}), "spec.hostPID"},
		{"orValue() does not replace an unknown", `!object.spec.?hostPID.orValue(false)`, spec(m{"hostPID": open}), "spec.hostPID"},
		{"orValue() replaces what is missing", `!object.spec.?hostPID.orValue(false)`, spec(m{"hostIPC": open}), "keeps"},
		{"an optional below an unknown is open", `object.spec.?context.?runAsNonRoot.orValue(false) == true`, spec(m{"context": open}), "spec.context"},
		{"hasValue() of an unknown is open", `object.spec.?a.hasValue()`, spec(m{"a": open}), "spec.a"},
		{"hasValue() of what has an unknown inside is known", `object.spec.?a.hasValue()`, spec(m{"a": m{"b": open}}), "keeps"},
		{"an optional index into an unknown is open", `object.spec.?limits[?'cpu'].hasValue()`, spec(m{"limits": open}), "spec.limits"},
		{"an optional index past the end is known", `object.drop[?3].hasValue()`, dropping(open), "breaks"},
		{"an optional index at an unknown element is there", `object.drop[?0].hasValue()`, dropping(open), "keeps"},
		{"optMap() passes an unknown on", `object.spec.?image.optMap(i, i.contains('@')).orValue(true)`, spec(m{"image": open}), "spec.image"},
		{"optMap() of a part that is known is known", `object.spec.?pod.optMap(p, p.name == 'x').orValue(true)`, spec(m{"pod": m{"name": "x", "image": open}}), "keeps"},
		{"or() takes the second when the first is missing", `object.spec.?a.or(object.spec.?b).orValue('') == 'x'`, spec(m{"b": "x", "c": open}), "keeps"},
		{"or() does not take the second for an unknown first", `object.spec.?a.or(object.spec.?b).orValue('') == 'x'`, spec(m{"a": open, "b": "x"}), "spec.a"},
		{"an unknown alternative is not needed", `object.spec.?a.orValue(object.spec.b) == 'x'`, spec(m{"a": "x", "b": open}), "keeps"},
		{"an optional element of a list is open when it is", `[?object.spec.?a].size() == 1`, spec(m{"a": open}), "spec.a"},

		// Maps that the API server leaves out when they are empty.
		{"has() of labels is open when none is known", `has(object.metadata.labels)`, labelled(m{"a": open}), "metadata.labels.a"},
		{"has() of labels is known with a known one", `has(object.metadata.labels)`, labelled(m{"a": open, "b": "x"}), "keeps"},
		{"hasValue() of labels is open when none is known", `object.metadata.?labels.hasValue()`, labelled(m{"a": open}), "metadata.labels.a"},
		{"no labels are as good as empty ones", `object.metadata.?labels.orValue({}).all(k, k == 'a')`, labelled(m{"a": open}), "keeps"},
		{"no labels are not as good as others", `object.metadata.?labels.orValue({'x': 'y'}).all(k, k == 'a')`, labelled(m{"a": open}), "metadata.labels.a"},
		{"a label nobody set is known not to be there", `object.metadata.?labels[?'b'].hasValue()`, labelled(m{"a": open}), "breaks"},

		// Comparisons and membership.
		{"== of an unknown is open", `object.spec.type == 'NodePort'`, spec(m{"type": open}), "spec.type"},
		{"!= of an unknown is open", `'NodePort' != object.spec.type`, spec(m{"type": open}), "spec.type"},
		{"an unknown is not equal to itself either", `object.spec.type == object.spec.type`, spec(m{"type": open}), "spec.type"},
		{"lists with an unknown are open", drops + ` == ['ALL']`, dropping(open), dropOne},
		{"lists of other sizes differ whatever is unknown", drops + ` == ['ALL', 'NET']`, dropping(open), "breaks"},
		{"lists with another known element differ", drops + ` != ['ALL', 'NET']`, dropping(open, "RAW"), "keeps"},
		{"the literal may stand first", `['ALL'] == ` + drops, dropping(open), dropOne},
		{"maps with an unknown are open", `object.m == {'a': 'b'}`, m{"m": m{"a": open}}, "m.a"},
		{"maps with an unknown that may vanish are open", `object.m == {'a': 'b'}`, m{"m": m{"a": "b", "c": open}}, "m.c"},
		{"maps with another known value differ", `object.m == {'a': 'b', 'c': 'd'}`, m{"m": m{"a": "x", "c": open}}, "breaks"},
		{"a text is no list, whatever is unknown in it", `object.a == object.b`, m{"a": "x", "b": l{open}}, "breaks"},
		{"a list with an unknown is no map", `object.a != object.b`, m{"a": l{open}, "b": m{"c": open}}, "keeps"},
		{"an optional with an unknown is not none", `object.?a == optional.none()`, m{"a": l{open}}, "breaks"},
		{"a null is no map with an unknown", `object.list[0] == object.a`, m{"list": l{nil}, "a": m{"b": open}}, "breaks"},
		{"in a list is decided by a hit", `'ALL' in ` + drops, dropping(open, "ALL"), "keeps"},
		{"in a list is open without a hit", `'ALL' in ` + drops, dropping(open, "NET"), dropOne},
		{"an unknown in a literal list is open", `object.spec.type in ['a', 'b']`, spec(m{"type": open}), "spec.type"},
		{"an unknown is in no empty list", `object.spec.type in ['x'].filter(e, false)`, spec(m{"type": open}), "breaks"},

		// Functions.
		{"sets.contains() is open on its left", `sets.contains(object.drop, ['ALL'])`, dropping(open), dropOne},
		{"sets.contains() is open on its right", `sets.contains(['ALL'], object.drop)`, dropping(open), dropOne},
		{"sets.intersects() is open", `!sets.intersects(object.drop, ['NET'])`, dropping(open), dropOne},
		{"sets.equivalent() is open", `sets.equivalent(object.drop, ['NET'])`, dropping("NET", open), "drop[1]"},
		{"join() is open", `object.drop.join(',') == 'ALL'`, dropping(open), dropOne},
		{"indexOf() is open", `object.drop.indexOf('ALL') >= 0`, dropping(open), dropOne},
		{"isSorted() is open", `object.drop.isSorted()`, dropping("b", open), "drop[1]"},
		{"max() is open", `object.drop.max() > 3`, dropping(5, open), "drop[1]"},
		{"format() is open", `'%s'.format([object.spec.a]) == 'x'`, spec(m{"a": open}), "spec.a"},
		{"format() of a list with an unknown is open", `'%s'.format([object.drop]) == 'x'`, dropping(open), dropOne},
		{"matches() is open", `object.spec.image.matches('^a')`, spec(m{"image": open}), "spec.image"},
		{"string() is open", `string(object.spec.on) == 'x'`, spec(m{"on": open}), "spec.on"},
		{"type() is open", `type(object.spec.on) == string`, spec(m{"on": open}), "spec.on"},
		{"quantity() is open", `quantity(object.spec.cpu).isLessThan(quantity('2'))`, spec(m{"cpu": open}), "spec.cpu"},
		{"cidr() is open", `cidr(object.spec.range).containsIP('10.0.0.1')`, spec(m{"range": open}), "spec.range"},
		{"the size of a list with an unknown is known", `object.drop.size() == 1`, dropping(open), "keeps"},
		{"a negation is open", `!object.on`, m{"on": open}, "on"},
		{"a sum of numbers is open", `object.a + 1 == 2`, m{"a": open}, "a"},

		// Sums of lists.
		{"a bad element decides in a sum with an unknown one", `(object.a + object.b).all(x, x != 'z')`, m{"a": l{"z"}, "b": l{open}}, "breaks"},
		{"a bad element decides in a sum with an unknown list", `(object.a + object.b).all(x, x != 'z')`, m{"a": l{"z"}, "b": open}, "breaks"},
		{"a bad element decides after an unknown list", `(object.b + object.a).all(x, x != 'z')`, m{"a": l{"z"}, "b": open}, "breaks"},
		{"a sum with an unknown list is open", `(object.a + object.b).all(x, x != 'z')`, m{"a": l{"y"}, "b": open}, "b"},
		{"a sum with an unknown list has no known size", `(object.a + object.b).size() == 1`, m{"a": l{"y"}, "b": open}, "b"},
		{"nothing is known of an index behind an unknown list", `(object.b + object.a)[0] == 'y'`, m{"a": l{"y"}, "b": open}, "b"},
		{"an index before an unknown list is known", `(object.a + object.b)[0] == 'y'`, m{"a": l{"y"}, "b": open}, "keeps"},
		{"in a sum is decided by a hit", `'z' in (object.a + object.b)`, m{"a": l{"z"}, "b": open}, "keeps"},
		{"in a sum is open without a hit", `'z' in (object.a + object.b)`, m{"a": l{"q"}, "b": l{open}}, "b[0]"},
		{"a literal list with an unknown is open", `[dyn('z'), object.a].exists(x, x == 'q')`, m{"a": open}, "a"},
		{"a literal map with an unknown is open", `{'x': object.a}.size() == 1`, m{"a": open}, "a"},

		// Logic, choices and keys.
		{"false decides before an unknown", `object.a && object.b`, m{"a": false, "b": open}, "breaks"},
		{"false decides after an unknown", `object.b && object.a`, m{"a": false, "b": open}, "breaks"},
		{"true decides after an unknown", `object.b || object.a`, m{"a": true, "b": open}, "keeps"},
		{"true does not decide && with an unknown", `object.a && object.b`, m{"a": true, "b": open}, "b"},
		{"an unknown condition is open", `object.on ? false : true`, m{"on": open}, "on"},
		{"the other branch is not looked at", `object.on ? object.a == 1 : true`, m{"on": false, "a": open}, "keeps"},
		{"an unknown key is open", `object.m[object.k] == 'v'`, m{"m": m{"a": "v"}, "k": open}, "k"},
		{"a list of one unknown is open", `[object.a].all(x, x == 'y')`, m{"a": open}, "a"},
		{"a failure beside an unknown that may decide is open", `object.missing.x && object.b`, m{"b": open}, "b"},

		// Names of paths.
		{"of two unknowns the first that was asked for is named", `object.b == 1 && object.a == 1`, m{"a": open, "b": open}, "b"},
		{"of a whole map the first by name is named", `object == {'a': dyn({'z': 1}), 'b': dyn(1)}`, m{"b": open, "a": m{"z": open}}, "a.z"},
		{"a key that is no plain name is quoted", `object.labels['app.kubernetes.io/name'] == 'x'`, m{"labels": m{"app.kubernetes.io/name": open}}, `labels["app.kubernetes.io/name"]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := judged(t, rule.Validation{Holds: tt.holds, Message: "no"}, tt.object)
			switch tt.want {
			case "keeps":
				require.Equal(t, answer{verdict: keeps}, got)
			case "breaks":
				require.Equal(t, answer{breaks, "no"}, got)
			default:
				require.Equal(t, answer{undecidable, tt.want}, got)
			}
		})
	}
}

func TestFailuresOfExpressions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, holds string
		object      m
		want        string
	}{
		{"a missing field", `object.missing == 'x'`, m{}, "no such key: missing"},
		{"a missing field beside an unknown", `object.missing == 'x'`, m{"a": open}, "no such key: missing"},
		{"a missing element beside an unknown", `object.list[4] == 'x'`, m{"list": l{open}}, "no such key: 4"},
		{"a field of a text", `object.a.b == 'x'`, m{"a": "text", "b": open}, "no such key: b"},
		{"a function of another type", `object.a.startsWith('x')`, m{"a": 5, "b": open}, "no such overload"},
		{"a condition that is none", `object.a ? true : false`, m{"a": 5, "b": open}, "no such overload"},
		{"a loop over a text", `object.a.all(x, x == 'x')`, m{"a": "text", "b": open}, "expected iterable type"},
		{"a term that is neither true nor false", `object.a && true`, m{"a": 5, "b": open}, "no such overload"},
		{"a reason that quotes a secret", `quantity(object.a).isGreaterThan(quantity('1'))`, m{"a": rule.Secret{Plain: "hidden"}}, "may show a secret"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := judged(t, rule.Validation{Holds: tt.holds}, tt.object)
			require.Equal(t, fails, got.verdict)
			require.Contains(t, got.text, tt.want)
		})
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	image := rule.Each("object.containers", "c", `c.image.contains('@')`, `'container ' + c.name + ' runs ' + c.image + ','`, "which is not pinned")
	tests := []struct {
		name      string
		rule      rule.Validation
		object    m
		otherwise string
	}{
		{"all that is wrong is named", image, m{"containers": l{m{"name": "a", "image": "x"}, m{"name": "b", "image": "y"}}},
			"container a runs x, which is not pinned; container b runs y, which is not pinned"},
		{"what is not decided is not accused", image, m{"containers": l{m{"name": "a", "image": open}, m{"name": "b", "image": "y"}}},
			"container b runs y, which is not pinned"},
		{"an unknown name is marked", image, m{"containers": l{m{"name": open, "image": "y"}}},
			"container (not known yet) runs y, which is not pinned"},
		{"an unknown beside does not hide a name", image, m{"containers": l{m{"name": "a", "image": "y", "env": open}}},
			"container a runs y, which is not pinned"},
		{"a known element is not accused for what its surroundings may say",
			rule.Each("object.list", "x", `x.?on.orValue(object.?on.orValue(false)) == true`, `'element ' + x.name`, "is off"),
			m{"on": open, "list": l{m{"name": "a"}, m{"name": "b", "on": false}}}, "element b is off"},
		{"keys of a map are in order", rule.Validation{Holds: `false`, Otherwise: `object.data.map(k, k).join(',')`},
			m{"data": m{"d": 1, "a": 1, "c": 1, "b": 1}}, "a,b,c,d"},
		{"keys of unknown values may not be there", rule.Validation{Holds: `false`, Otherwise: `object.data.filter(k, k != 'x').join(',')`},
			m{"data": m{"d": 1, "a": open}}, "d"},
		{"a part of a text that is unknown is marked", rule.Validation{Holds: `false`, Otherwise: `'size ' + string(object.size) + ' of ' + object.name`},
			m{"size": open, "name": "web"}, "size (not known yet) of web"},
		{"a message that cannot be made is the general one", rule.Validation{Holds: `false`, Otherwise: `'size ' + object.missing`, Message: "general"},
			m{}, "general"},
		{"a secret is marked", image, m{"containers": l{m{"name": "a", "image": rule.Secret{Plain: "x"}}}},
			"container a runs [secret], which is not pinned"},
		{"a secret object shows nothing of what is in it", image, m{"containers": rule.Secret{Plain: l{m{"name": "a", "image": "x"}}}},
			"container [secret] runs [secret], which is not pinned"},
		{"a secret number is marked", rule.Validation{Holds: `object.port > 9000`, Otherwise: `'port ' + string(object.port)`},
			m{"port": rule.Secret{Plain: 80.0}}, "port [secret]"},
		{"a part of a secret is one", rule.Validation{Holds: `false`, Otherwise: `'tag ' + object.image.split(':')[1]`},
			m{"image": rule.Secret{Plain: "registry:tag"}}, "tag [secret]"},
		{"a joined secret is marked", rule.Validation{Holds: `false`, Otherwise: `object.list.join(' ')`},
			m{"list": l{"a", rule.Secret{Plain: "b"}}}, "a [secret]"},
		{"a format() with a secret is not told", rule.Validation{Holds: `false`, Otherwise: `'%s is wrong'.format([object.a])`, Message: "general"},
			m{"a": rule.Secret{Plain: "b"}}, "general"},
		{"a secret beside does not hide a name", rule.Validation{Holds: `false`, Otherwise: `object.list.filter(c, c.a == 'x').map(c, c.name).join()`},
			m{"list": l{m{"a": rule.Secret{Plain: "x"}, "name": "web"}}}, "web"},
		{"the default of a missing secret is told", rule.Validation{Holds: `false`, Otherwise: `'it is ' + object.?a.orValue('not set')`},
			m{"b": rule.Secret{Plain: "x"}}, "it is not set"},
		{"a message that is unknown is the general one", rule.Validation{Holds: `false`, Otherwise: `string(object.a)`, Message: "general"},
			m{"a": open}, "general"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, answer{breaks, tt.otherwise}, judged(t, tt.rule, tt.object))
		})
	}
}
