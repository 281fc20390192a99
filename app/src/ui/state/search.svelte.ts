/** What is being searched: it is still there when the person comes back from a result. */
class SearchState {
  text = $state('');
}

export const searchState = new SearchState();
