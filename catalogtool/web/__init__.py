"""What belongs to the web and to no domain: errors, requests, pages, policies of the browser."""
