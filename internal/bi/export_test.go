package bi

// PurgeIn is Purge with a number of rows to look at in one transaction.
var PurgeIn = purge
