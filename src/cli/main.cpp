// tocsin: main is a table of verbs.
int main() { return 2; }
