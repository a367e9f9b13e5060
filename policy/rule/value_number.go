package rule

// Number is the number at v, and whether there is a known one. Use it for sums;
// ask questions with [Value.Measures].
func (v Value) Number() (float64, bool) {
	n, ok := v.data.(float64)
	return n, ok
}

// Measures asks whether the value is a number for which f holds.
func (v Value) Measures(f func(float64) bool) Truth {
	if v.IsUnknown() {
		return v.undecided()
	}
	n, ok := v.data.(float64)
	return Known(ok && f(n))
}
