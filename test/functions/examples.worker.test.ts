/** The same examples in workerd: other regular expressions, time zones and keys than Node's would show here. */
import './examples.test.ts';
