/** The name of the file in the data directory whose key allows everything: whoever may read it is the operator. */
export const operatorKeyName = 'operator.key';
