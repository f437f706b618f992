package eiam

// IsWeak is isWeak, for tests.
var IsWeak = isWeak
