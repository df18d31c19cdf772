from search_api.command import main

if __name__ == "__main__":
    main()
